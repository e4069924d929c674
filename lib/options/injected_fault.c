#include "lib/options/injected_fault.h"

static const struct word words[] = {
	{ "pf", INJECT_PF },
	{ "ebs", INJECT_EBS },
	{ "stray", INJECT_STRAY },
	{ "memory", INJECT_MEMORY },
	{ "stack", INJECT_STACK },
	{ "irq", INJECT_IRQ },
	{ "deaf", INJECT_DEAF },
	{ "load", INJECT_LOAD },
	{ "unfenced", INJECT_UNFENCED },
	{ "ghost_cpu", INJECT_GHOST_CPU },
	{ "no_low_memory", INJECT_NO_LOW_MEMORY },
	{ "fallen_cpu", INJECT_FAULTED_CPU },
	{ "space", INJECT_SPACE },
	{ "mute_cpu", INJECT_UNRESPONSIVE_CPU },
	{ "missing_flush", INJECT_MISSING_FLUSH },
	{ "moved_clock", INJECT_MOVED_CLOCK },
	{ "odd_cpu", INJECT_ODD_CPU },
	{ "unfit_cpu", INJECT_UNFIT_CPU },
	{ "stray_nmi", INJECT_STRAY_NMI },
	{ "lost_store", INJECT_LOST_STORE },
	{ "other_core", INJECT_OTHER_CORE },
	{ "other_broken", INJECT_OTHER_BROKEN },
	{ "lost_core", INJECT_LOST_CORE },
};

struct words injected_fault_words(void)
{
	return WORDS(words);
}
