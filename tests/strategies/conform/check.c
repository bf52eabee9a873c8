// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Findings, and the processes that make them.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define EXIT_FINDING 9

struct finding *finding;
unsigned int unpromised, ignored;

const char *const prop_names[PROP_ALL] = {
	[PROP_INTEGRITY] = "integrity",
	[PROP_NEIGHBOUR] = "neighbour",
	[PROP_STALE] = "stale",
	[PROP_AFTER_UNMAP] = "after-unmap",
	[PROP_ALLOC] = "allocation",
	[PROP_RESET] = "reset",
	[PROP_EXHAUSTION] = "exhaustion",
	[PROP_CONTEXT] = "context",
	[PROP_CRASH] = "crash",
	[PROP_HANG] = "hang",
};

#if defined(__SANITIZE_ADDRESS__)
#define EXIT_SANITIZER	1
#define SANITIZER	"a wrong access to memory, or undefined behaviour"
#else
#define EXIT_SANITIZER	66
#define SANITIZER	"a data race, two accesses that nothing orders"
#endif

#if defined(__SANITIZE_THREAD__)
/* End a test at its first race, as at any other failure.  The sanitizer calls this. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
	return "halt_on_error=1";
}
#endif

u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000000ULL + t.tv_nsec;
}

void fail(enum prop prop, const char *format, ...)
{
	va_list args;

	if ((unpromised | ignored) & (1U << prop))
		return;
	if (__atomic_exchange_n(&finding->claimed, 1, __ATOMIC_ACQ_REL))
		_exit(EXIT_FINDING);
	va_start(args, format);
	vsnprintf(finding->text, sizeof(finding->text), format, args);
	va_end(args);
	finding->prop = prop;
	finding->end_ns = now_ns();
	fflush(stdout);
	_exit(EXIT_FINDING);
}

struct finding *subtest_findings(size_t nr)
{
	void *p = mmap(NULL, nr * sizeof(struct finding), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("conform: mmap");
		exit(2);
	}
	return p;
}

/*
 * End this process after SECONDS of CPU time: on a busy machine a test takes longer.  One that hangs
 * and waits asleep ends by the clock.
 */
static void limit(unsigned int seconds)
{
	struct itimerval cpu = { .it_value.tv_sec = seconds };

	setitimer(ITIMER_PROF, &cpu, NULL);
	alarm(10 * seconds);
}

/* SIGXCPU is of a caller that has set a limit with ulimit. */
static bool is_limit(int signal)
{
	return signal == SIGPROF || signal == SIGALRM || signal == SIGXCPU;
}

int subtest_start(struct finding *f, void (*test)(void *), void *arg,
		  unsigned int seconds)
{
	pid_t parent = getpid(), child;

	memset(f, 0, sizeof(*f));
	f->start_ns = now_ns();
	fflush(stdout);
	child = fork();
	if (child < 0) {
		perror("conform: fork");
		exit(2);
	}
	if (child)
		return child;

	/* The child ends when this program does. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(2);
	limit(seconds);
	finding = f;
	test(arg);
	f->end_ns = now_ns();
	exit(0);
}

/* Note a failure that the test could not report itself. */
void subtest_end(struct finding *f, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && !f->claimed)
		return;
	if (!f->end_ns)
		f->end_ns = now_ns();
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FINDING && f->claimed)
		return;
	f->claimed = 1;
	if (WIFSIGNALED(status) && is_limit(WTERMSIG(status))) {
		f->prop = PROP_HANG;
		snprintf(f->text, sizeof(f->text), "it does not come to an end");
		return;
	}
	f->prop = PROP_CRASH;
	if (WIFSIGNALED(status))
		snprintf(f->text, sizeof(f->text), "signal %d, %s", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == EXIT_SANITIZER)
		snprintf(f->text, sizeof(f->text), "a sanitizer has reported it above: " SANITIZER);
	else
		snprintf(f->text, sizeof(f->text), "exit with %d", WEXITSTATUS(status));
}
