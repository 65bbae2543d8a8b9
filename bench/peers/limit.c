/* The limit of limit.py by SUNDIALS: CVODE's Adams methods with fixed-point iteration, and ARKODE's explicit
 * Runge-Kutta method of order 5. */
#include <stdlib.h>

#include <arkode/arkode_erkstep.h>
#include <cvode/cvode.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>

#include "stopwatch.h"
#include "vector.h"

enum { CLASSES = 2, GRID = 97 };

static const double rate = 0.7, end = 50, relative_tolerance = 1e-6, absolute_tolerance = 1e-9;

typedef struct {
	long dim, evaluations;
	double *eigenvalues[CLASSES], *mean;
	SUNContext context;
	N_Vector state;
	double node[GRID], weight[GRID];
} Limit;

static void must(int flag, const char *what)
{
	if (flag < 0) {
		fprintf(stderr, "SUNDIALS: %s failed (%d)\n", what, flag);
		exit(1);
	}
}

static Limit *new_limit(long dim)
{
	Limit *l = malloc(sizeof *l);
	l->dim = dim;
	l->mean = malloc(dim * sizeof(double));
	for (int c = 0; c < CLASSES; c++)
		l->eigenvalues[c] = malloc(dim * sizeof(double));
	for (long i = 0; i < dim; i++) {
		double u = (i + 1.0) / dim;
		l->mean[i] = pow(u, 0.2);
		l->eigenvalues[0][i] = pow(u, 1.1);
		l->eigenvalues[1][i] = pow(u, 1.5);
	}
	double sum = 0;
	for (int k = 0; k < GRID; k++) {
		l->node[k] = -9 + 18.0 * k / (GRID - 1);
		sum += l->weight[k] = exp(-0.5 * l->node[k] * l->node[k]);
	}
	for (int k = 0; k < GRID; k++)
		l->weight[k] /= sum;
	must(SUNContext_Create(NULL, &l->context), "SUNContext_Create");
	l->state = N_VNew_Serial(2 * dim, l->context);
	optimise(l->state);
	return l;
}

static void free_limit(Limit *l)
{
	N_VDestroy(l->state);
	SUNContext_Free(&l->context);
	for (int c = 0; c < CLASSES; c++)
		free(l->eigenvalues[c]);
	free(l->mean);
	free(l);
}

/* Mean of the margin y r, the same in both classes, and its standard deviations. */
static double margin(const Limit *l, const double *state, double deviation[CLASSES])
{
	const double *mean = state, *covariance = state + l->dim, *first = l->eigenvalues[0], *second = l->eigenvalues[1];
	double m = 0, b0 = 0, b1 = 0;
	for (long i = 0; i < l->dim; i++) {
		double v = mean[i] * mean[i] + covariance[i];
		m += l->mean[i] * mean[i];
		b0 += first[i] * v;
		b1 += second[i] * v;
	}
	deviation[0] = sqrt(b0 / l->dim);
	deviation[1] = sqrt(b1 / l->dim);
	return m / l->dim;
}

static int derivative(realtype t, N_Vector y, N_Vector ydot, void *data)
{
	(void)t;
	Limit *l = data;
	l->evaluations++;
	const double *state = N_VGetArrayPointer(y), *mean = state, *covariance = state + l->dim;
	double *dmean = N_VGetArrayPointer(ydot), *dcovariance = dmean + l->dim;
	double deviation[CLASSES], relaxation[CLASSES], source[CLASSES], drift = 0;
	double m = margin(l, state, deviation);
	for (int c = 0; c < CLASSES; c++) {
		double gradient = 0, noise = 0;
		for (int k = 0; k < GRID; k++) {
			double wrong = 1 / (1 + exp(m + deviation[c] * l->node[k]));
			gradient += l->weight[k] * wrong;
			noise += l->weight[k] * wrong * wrong;
		}
		relaxation[c] = 0.5 * rate * (gradient - noise);
		source[c] = 0.5 * rate * rate * noise;
		drift += 0.5 * rate * gradient;
	}
	for (long i = 0; i < l->dim; i++) {
		double first = l->eigenvalues[0][i], second = l->eigenvalues[1][i];
		double a = relaxation[0] * first + relaxation[1] * second;
		dmean[i] = drift * l->mean[i] - a * mean[i];
		dcovariance[i] = source[0] * first + source[1] * second - 2 * a * covariance[i];
	}
	return 0;
}

static double risk(const Limit *l)
{
	double deviation[CLASSES], sum = 0;
	double m = margin(l, N_VGetArrayPointer(l->state), deviation);
	for (int c = 0; c < CLASSES; c++)
		for (int k = 0; k < GRID; k++)
			sum += l->weight[k] * log1p(exp(-m - deviation[c] * l->node[k])) / CLASSES;
	return sum;
}

static void begin(Limit *l)
{
	N_VConst(0, l->state);
	l->evaluations = 0;
}

static void solve_adams(void *data)
{
	Limit *l = data;
	begin(l);
	void *solver = CVodeCreate(CV_ADAMS, l->context);
	must(CVodeInit(solver, derivative, 0, l->state), "CVodeInit");
	must(CVodeSStolerances(solver, relative_tolerance, absolute_tolerance), "CVodeSStolerances");
	must(CVodeSetUserData(solver, l), "CVodeSetUserData");
	SUNNonlinearSolver fixed_point = SUNNonlinSol_FixedPoint(l->state, 0, l->context);
	must(CVodeSetNonlinearSolver(solver, fixed_point), "CVodeSetNonlinearSolver");
	double t;
	must(CVode(solver, end, l->state, &t, CV_NORMAL), "CVode");
	SUNNonlinSolFree(fixed_point);
	CVodeFree(&solver);
}

static void solve_runge_kutta(void *data)
{
	Limit *l = data;
	begin(l);
	void *solver = ERKStepCreate(derivative, 0, l->state, l->context);
	must(ERKStepSStolerances(solver, relative_tolerance, absolute_tolerance), "ERKStepSStolerances");
	must(ERKStepSetUserData(solver, l), "ERKStepSetUserData");
	must(ERKStepSetOrder(solver, 5), "ERKStepSetOrder");
	double t;
	must(ERKStepEvolve(solver, end, l->state, &t, ARK_NORMAL), "ERKStepEvolve");
	ERKStepFree(&solver);
}

static void measure(Limit *l, const char *name, const char *peer, void (*solve)(void *), double converged)
{
	int calls;
	double best = fastest(solve, l, &calls);
	double error = fabs(risk(l) / converged - 1);
	if (!(error < 1e-5)) {
		fprintf(stderr, "%s: the risk at d = %ld is off by %.1e\n", peer, l->dim, error);
		exit(1);
	}
	char metrics[64];
	snprintf(metrics, sizeof metrics, " %ld rhs %.3g error", l->evaluations, error);
	show(name, peer, best, calls, metrics);
}

int main(void)
{
	static const struct { const char *name; long dim; double risk; } cases[] = {
		{"Solve/method=dopri5/d=1e4", 10000, 0.219466749727},
		{"Solve/method=dopri5/d=1e5", 100000, 0.219470077202},
		{"Solve/method=dopri5/d=1e6", 1000000, 0.219470449087},
	};
	for (int i = 0; i < 3; i++) {
		Limit *l = new_limit(cases[i].dim);
		measure(l, cases[i].name, "SUNDIALS-CVODE-Adams", solve_adams, cases[i].risk);
		measure(l, cases[i].name, "SUNDIALS-ARKODE-ERK5", solve_runge_kutta, cases[i].risk);
		free_limit(l);
	}
	return 0;
}
