/* The vector operations in which SUNDIALS spends its time, compiled with optimisation: Debian's library has them, and
 * all else, without any. They take the place of those of a serial vector, and of its clones. */
#include <math.h>

#include <nvector/nvector_serial.h>

#define LENGTH(v) N_VGetLength_Serial(v)
#define DATA(v) NV_DATA_S(v)
#define EACH(i, n) for (sunindextype i = 0, count = (n); i < count; i++)

static void linear_sum(realtype a, N_Vector x, realtype b, N_Vector y, N_Vector z)
{
	const realtype *xs = DATA(x), *ys = DATA(y);
	realtype *zs = DATA(z);
	EACH(i, LENGTH(z)) zs[i] = a * xs[i] + b * ys[i];
}

static void scale(realtype a, N_Vector x, N_Vector z)
{
	const realtype *xs = DATA(x);
	realtype *zs = DATA(z);
	EACH(i, LENGTH(z)) zs[i] = a * xs[i];
}

static void absolute(N_Vector x, N_Vector z)
{
	const realtype *xs = DATA(x);
	realtype *zs = DATA(z);
	EACH(i, LENGTH(z)) zs[i] = fabs(xs[i]);
}

static void add_constant(N_Vector x, realtype b, N_Vector z)
{
	const realtype *xs = DATA(x);
	realtype *zs = DATA(z);
	EACH(i, LENGTH(z)) zs[i] = xs[i] + b;
}

static void invert(N_Vector x, N_Vector z)
{
	const realtype *xs = DATA(x);
	realtype *zs = DATA(z);
	EACH(i, LENGTH(z)) zs[i] = 1 / xs[i];
}

static realtype minimum(N_Vector x)
{
	const realtype *xs = DATA(x);
	realtype least = xs[0];
	EACH(i, LENGTH(x)) least = xs[i] < least ? xs[i] : least;
	return least;
}

static realtype weighted_norm(N_Vector x, N_Vector w)
{
	const realtype *xs = DATA(x), *ws = DATA(w);
	realtype sum = 0;
	EACH(i, LENGTH(x)) sum += xs[i] * ws[i] * xs[i] * ws[i];
	return sqrt(sum / LENGTH(x));
}

/* z may be the first of the vectors; the sum is made in parts that stay in the cache. */
static int linear_combination(int vectors, realtype *factors, N_Vector *x, N_Vector z)
{
	enum { PART = 1024 };
	realtype *zs = DATA(z);
	sunindextype n = LENGTH(z);
	for (sunindextype lo = 0; lo < n; lo += PART) {
		sunindextype part = n - lo < PART ? n - lo : PART;
		const realtype *first = DATA(x[0]) + lo;
		EACH(i, part) zs[lo + i] = factors[0] * first[i];
		for (int j = 1; j < vectors; j++) {
			const realtype *xs = DATA(x[j]) + lo;
			EACH(i, part) zs[lo + i] += factors[j] * xs[i];
		}
	}
	return 0;
}

static void optimise(N_Vector v)
{
	v->ops->nvlinearsum = linear_sum;
	v->ops->nvscale = scale;
	v->ops->nvabs = absolute;
	v->ops->nvaddconst = add_constant;
	v->ops->nvinv = invert;
	v->ops->nvmin = minimum;
	v->ops->nvwrmsnorm = weighted_norm;
	v->ops->nvlinearcombination = linear_combination;
}
