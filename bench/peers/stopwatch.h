/* Measures calls and prints them as Go's benchmarks are printed. */
#include <stdio.h>
#include <time.h>

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + 1e-9 * t.tv_nsec;
}

/* The seconds of the fastest of the calls made within 0.3 seconds; their number in *calls. */
static double fastest(void (*call)(void *), void *argument, int *calls)
{
	double best = 1e300, end = now() + 0.3;
	*calls = 0;
	do {
		double begin = now();
		call(argument);
		double elapsed = now() - begin;
		if (elapsed < best)
			best = elapsed;
		++*calls;
	} while (now() < end);
	return best;
}

/* Prints what fastest found, and further metrics, each with a space before it. The name is that of anisgd's own
 * benchmark of the same work. */
static void show(const char *name, const char *peer, double best, int calls, const char *metrics)
{
	printf("Benchmark%s/peer=%s %d %.6g ns/op%s\n", name, peer, calls, 1e9 * best, metrics);
	fflush(stdout);
}
