/* Standard normals of GSL by the ziggurat, from its default generator, written to an array of 2^20. */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "stopwatch.h"

enum { COUNT = 1 << 20 };

static double out[COUNT];

static void fill(void *rng)
{
	for (int i = 0; i < COUNT; i++)
		out[i] = gsl_ran_gaussian_ziggurat(rng, 1);
}

int main(void)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	int calls;
	double best = fastest(fill, rng, &calls);
	show("Normals/type=f64/n=1048576", "GSL-ziggurat", best, calls, "");
	gsl_rng_free(rng);
	return 0;
}
