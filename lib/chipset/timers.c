#include "lib/chipset/timers.h"

#include "lib/x86/cpu.h"
#include "lib/x86/identify.h"
#include "lib/x86/insn.h"

#define PM_TIMER_HZ 3579545u
#define PIT_HZ 1193182u
#define MILLISECONDS 50u
#define MSR_PSTATE0 0xc0010064u

/* Of the end of an interval: one reading between two of the TSC. */
#define BRACKETS 5u

/* Reads of a timer without a step, after which it counts as standing still. */
#define IDLE_READS 100000u

struct timer {
	uint64_t hz;
	uint64_t mask; /* of the counter's width */
	uint64_t (*read)(const struct timer *timer);
	uint64_t address; /* port or physical address */
};

struct moment {
	uint64_t ticks; /* TSC, in the middle of the bracket */
	uint64_t count; /* of the timer */
};

static uint64_t read_pm_timer(const struct timer *timer)
{
	return inl((uint16_t)timer->address);
}

#define HPET_CAPABILITIES 0x00u
#define HPET_CONFIGURATION 0x10u
#define HPET_COUNTER 0xf0u
#define HPET_ENABLE UINT64_C(1)

static volatile uint64_t *hpet_register(const struct timer *timer, uint64_t offset)
{
	return (volatile uint64_t *)(timer->address + offset);
}

static uint64_t read_hpet(const struct timer *timer)
{
	return *hpet_register(timer, HPET_COUNTER);
}

#define PIT_CHANNEL2 0x42u
#define PIT_COMMAND 0x43u
#define PORT_B 0x61u

/* Latches channel 2, which counts down; turned round, it counts up. */
static uint64_t read_pit(const struct timer *timer)
{
	(void)timer;
	outb(PIT_COMMAND, 0x80);

	const uint8_t low = inb(PIT_CHANNEL2);
	const uint8_t high = inb(PIT_CHANNEL2);

	return ~((uint64_t)high << 8 | low) & 0xffff;
}

/* The reading whose bracket was narrowest: nothing came between. */
static struct moment read_moment(const struct timer *timer)
{
	struct moment best = { 0 };
	uint64_t narrowest = UINT64_MAX;

	for (unsigned i = 0; i < BRACKETS; i++) {
		const uint64_t before = rdtsc_ordered();
		const uint64_t count = timer->read(timer) & timer->mask;
		const uint64_t width = rdtsc_ordered() - before;

		if (width < narrowest) {
			narrowest = width;
			best = (struct moment){ before + width / 2, count };
		}
	}
	return best;
}

/*
 * Adds up steps one by one, so that a counter that wraps within the interval, as the
 * PIT's 16 bits do, still says how long it was.
 */
static uint64_t measure(const struct timer *timer)
{
	const uint64_t wanted = timer->hz * MILLISECONDS / 1000u;
	const struct moment begin = read_moment(timer);
	uint64_t last = begin.count;
	uint64_t steps = 0;

	for (uint32_t idle = 0; steps < wanted;) {
		const uint64_t now = timer->read(timer) & timer->mask;
		const uint64_t step = (now - last) & timer->mask;

		idle = step == 0 ? idle + 1 : 0;
		if (idle > IDLE_READS)
			return 0;
		steps += step;
		last = now;
		cpu_relax();
	}

	const struct moment end = read_moment(timer);

	steps += (end.count - last) & timer->mask;
	return rate_from_timer(end.ticks - begin.ticks, timer->hz, steps);
}

static uint64_t measure_pm_timer(const struct timers *timers)
{
	const struct timer timer = {
		.hz = PM_TIMER_HZ,
		.mask = timers->pm_timer_32_bits ? UINT32_MAX : 0xffffff,
		.read = read_pm_timer,
		.address = timers->pm_timer_port,
	};

	return timers->pm_timer_port == 0 ? 0 : measure(&timer);
}

/* IA-PC HPET Specification 1.0a, 2.3: the period is in femtoseconds, at most 100 ns. */
static uint64_t measure_hpet(const struct timers *timers)
{
	struct timer timer = { .read = read_hpet, .address = timers->hpet_address };

	if (timer.address == 0)
		return 0;

	const uint64_t capabilities = *hpet_register(&timer, HPET_CAPABILITIES);
	const uint64_t period_fs = capabilities >> 32;
	const bool wide = (capabilities >> 13 & 1) != 0;
	volatile uint64_t *const configuration =
		hpet_register(&timer, HPET_CONFIGURATION);

	if (period_fs == 0 || period_fs > 100000000u)
		return 0;
	timer.hz = UINT64_C(1000000000000000) / period_fs;
	timer.mask = wide ? UINT64_MAX : UINT32_MAX;
	*configuration |= HPET_ENABLE;
	return measure(&timer);
}

static uint64_t measure_pit(void)
{
	const struct timer timer = { .hz = PIT_HZ, .mask = 0xffff, .read = read_pit };
	const uint8_t port_b = inb(PORT_B);

	/* Gate on, speaker off; channel 2, both bytes, mode 2, from 65536 down. */
	outb(PORT_B, (uint8_t)((port_b & 0xfc) | 1));
	outb(PIT_COMMAND, 0xb4);
	outb(PIT_CHANNEL2, 0);
	outb(PIT_CHANNEL2, 0);

	const uint64_t hz = measure(&timer);

	outb(PORT_B, port_b);
	return hz;
}

struct tsc_rate timers_measure(const struct timers *timers)
{
	const struct cpuid_regs tsc = cpuid_leaf(0x15, 0);
	uint64_t pstate = 0;
	struct tsc_rate rate = {
		.hz = {
			[RATE_CPUID] = rate_from_cpuid(tsc.eax, tsc.ebx, tsc.ecx),
			[RATE_PM_TIMER] = measure_pm_timer(timers),
			[RATE_HPET] = measure_hpet(timers),
			[RATE_HYPERVISOR] = timers->hypervisor_hz,
		},
	};

	if (rate_wants_pit(&rate))
		rate.hz[RATE_PIT] = measure_pit();
	if (timers->amd_family != 0 && rdmsr_safe(MSR_PSTATE0, &pstate))
		rate.hz[RATE_P0] = rate_from_p0(timers->amd_family, pstate);
	rate_vote(&rate);
	if (rate.best == 0) {
		rate.hz[RATE_CPUID_BASE] =
			(uint64_t)(cpuid_leaf(0x16, 0).eax & 0xffff) * 1000000u;
		rate_vote(&rate);
	}
	return rate;
}
