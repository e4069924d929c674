# tlbmark.  Everything that is made lies under build/.

# There is a rule for whatever is made.  To look for others, of each header that anything
# includes, takes longer than all of them.
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:

CC = gcc
HOST_CC = $(CC)
PYTHON ?= /usr/bin/python3
JOBS ?= 2
BUILD = build
DIST = $(BUILD)/dist

VERSION = 0.1
# Who runs it may not be who owns it.
COMMIT := $(shell git -c safe.directory='*' describe --always --dirty --abbrev=12 2>/dev/null || echo unknown)

# A warning that a newer compiler has come to know must not keep anybody from building
# this: only tests/checks/compilers.sh says WERROR=-Werror, for a build folder of its own.
WERROR =
WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wundef -Wvla -Werror=format $(WERROR)

# The UEFI program.  Position-independent, no red zone (an interrupt would overwrite
# it), no floating-point or vector register: ring 0 here has no such state to save.
FLAG_IF_KNOWN = $(shell $(CC) $(1) -Werror -E -x c /dev/null >/dev/null 2>&1 && echo $(1))
# Asked once, and only where something is compiled.
ACCUMULATE = $(eval ACCUMULATE := $(call FLAG_IF_KNOWN,-maccumulate-outgoing-args))$(ACCUMULATE)
EFI_CFLAGS = -std=gnu11 -O2 -ffreestanding -fpic -fvisibility=hidden -fshort-wchar \
	-fno-stack-protector -fno-strict-aliasing -fno-asynchronous-unwind-tables \
	-fcf-protection=none -mno-red-zone -mgeneral-regs-only \
	$(ACCUMULATE) \
	-DGNU_EFI_USE_MS_ABI -I. -I$(BUILD)/gen $(WARNINGS)

# gnu-efi: its headers, its start code, and the function that relocates the image.
# Debian to 13, Ubuntu, Arch and Fedora have the last two in lib, Debian from gnu-efi 4 on in
# a folder of the processor, openSUSE in lib64, older Fedoras in folders of gnu-efi.
EFI_HEADERS = /usr/include/efi
EFI_INCLUDES = -isystem $(EFI_HEADERS) -isystem $(EFI_HEADERS)/x86_64
EFI_LIBS = /usr/lib /usr/lib/x86_64-linux-gnu /usr/lib64 /usr/lib/gnuefi /usr/lib64/gnuefi \
	/usr/lib/gnuefi/x64 /usr/lib64/gnuefi/x64
EFI_START := $(firstword $(wildcard $(EFI_LIBS:=/crt0-efi-x86_64.o) $(EFI_LIBS:=/x64/crt0.o)))
EFI_RELOCATE := $(firstword $(wildcard $(EFI_LIBS:=/libgnuefi.a)))
# From 3.0.18 on the start code calls _entry(), which sets up gnu-efi's own library and then
# calls efi_main(); before, efi_main() itself.  That library is not used here.
EFI_LDFLAGS = -nostdlib -znocombreloc -znoexecstack -shared -Bsymbolic \
	--defsym=_entry=efi_main -T efi/image.lds
EFI_SECTIONS = .text .reloc .rodata .sbat .rela .data .dynamic

folders = $(patsubst %/,%,$(wildcard $(1)/*/))
BENCH_FOLDERS := paging bench bench/litmus $(call folders,bench/harness)
FOLDERS := $(call folders,lib) lib/x86/start lib/x86/svm $(BENCH_FOLDERS) efi $(call folders,efi)
EFI_SOURCES := $(wildcard $(FOLDERS:=/*.c) $(FOLDERS:=/*.S))
EFI_OBJECTS := $(EFI_SOURCES:%=$(BUILD)/efi/%.o)

# The same sources on the host, as archives: a program takes the files it refers to, and
# those that need ring 0 are in none.
PURE_LIB := $(filter-out lib/x86/% lib/chipset/%,$(wildcard lib/*/*.c))
BENCHES := $(wildcard $(BENCH_FOLDERS:=/*.c))
LITMUS_MODEL := $(wildcard tests/litmus/*.c)
# At a fixed address, as a modelled machine is that shares the objects.
HOST_CFLAGS = -std=gnu11 -D_GNU_SOURCE -O2 -g -fno-pie -I. -I$(BUILD)/gen $(WARNINGS)
HOST_LINK = $(HOST_CC) -no-pie
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
UNIT_CFLAGS = -std=gnu11 -D_GNU_SOURCE -O1 -g1 $(SANITIZE) -I. -I$(BUILD)/gen $(WARNINGS)
UNIT_TESTS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))

# make V=1 shows the commands.
Q = $(if $(V),,@)
SAY = $(if $(V),@:,@printf '  %-4s %s\n')

.PHONY: all calibrate silicon programs objects image dist sign test test-long test-lab planted mutate check fuzz soak report reference reference-table booted test-distros matrix litmus-list clean help gnu-efi FORCE
.DELETE_ON_ERROR:
# Objects are kept although only pattern rules name them.
.SECONDARY:

all: $(BUILD)/tlbmark.efi ## the UEFI program

# Written only when it changes, so that a commit does not rebuild everything twice, and
# a tree that is built can be used by those who may not write there.
# Tests call make at the same time: each has its own new file.
$(BUILD)/gen/version.h: FORCE
	@mkdir -p $(@D)
	@text=$$(printf '#pragma once\n#define %s "%s"\n#define %s "%s"\n' \
		TLBMARK_VERSION '$(VERSION)' TLBMARK_COMMIT '$(COMMIT)'); \
		printf '%s\n' "$$text" | cmp -s - $@ || { \
		printf '%s\n' "$$text" >$@.$$$$ && mv $@.$$$$ $@; }

$(BUILD)/efi/efi/%.c.o: EFI_CFLAGS += $(EFI_INCLUDES)
# Else the compiler finds memset() in memset()'s loop, and calls it.
$(BUILD)/efi/efi/builtins.c.o: EFI_CFLAGS += -fno-builtin \
	$(call FLAG_IF_KNOWN,-fno-tree-loop-distribute-patterns)
$(BUILD)/efi/%.o: % Makefile | $(BUILD)/gen/version.h gnu-efi
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(EFI_CFLAGS) -MMD -MP -c -o $@ $<

# Whatever is not linked here would be seen by nobody before firmware jumps to it.
$(BUILD)/tlbmark.so: $(EFI_OBJECTS)
$(BUILD)/tlbmark.so $(BUILD)/evil.so: efi/image.lds | gnu-efi
	$(SAY) LD $@
	$(Q)$(LD) $(EFI_LDFLAGS) $(EFI_START) $(filter %.o,$^) $(EFI_RELOCATE) -o $@
	@if nm -D --undefined-only $@ | grep .; then \
		echo '$@: undefined symbols'; exit 1; fi

$(BUILD)/%.efi: $(BUILD)/%.so
	$(SAY) EFI $@
	$(Q)objcopy $(EFI_SECTIONS:%=-j %) -S --output-target=efi-app-x86_64 --subsystem=10 $< $@

gnu-efi:
	@[ -f '$(EFI_HEADERS)/efi.h' ] && [ -n '$(EFI_START)' ] && [ -n '$(EFI_RELOCATE)' ] || { \
		echo 'gnu-efi is not in $(EFI_HEADERS) and one of $(EFI_LIBS):'; \
		echo 'get it with: ./run.sh --setup'; exit 1; } >&2

# Firmware that misbehaves, in front of the program: for tests/boot/ alone.
EVIL_OWN := $(patsubst %,$(BUILD)/evil/%.o,$(wildcard tests/boot/evil/*.c))
EVIL_OBJECTS := $(EVIL_OWN) $(patsubst %,$(BUILD)/efi/%.c.o,efi/builtins efi/firmware/console \
	efi/stick/readback efi/stick/volume efi/stick/volumes lib/boot/fat lib/boot/fat_name lib/boot/medium \
	lib/base/line lib/base/text lib/x86/start/la57 \
	lib/x86/start/low_area) $(patsubst %,$(BUILD)/efi/lib/x86/start/%.S.o,la57 trampoline)
$(BUILD)/evil/%.c.o: %.c Makefile | gnu-efi
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(EFI_CFLAGS) $(EFI_INCLUDES) -MMD -MP -c -o $@ $<
$(BUILD)/evil.so: $(EVIL_OBJECTS)

# Host programs.
$(BUILD)/host/%.c.o: %.c Makefile | $(BUILD)/gen/version.h
	@mkdir -p $(@D)
	$(SAY) HOST $<
	$(Q)$(HOST_CC) $(HOST_CFLAGS) -MMD -MP -c -o $@ $<
HOST_LIB := $(BUILD)/host/lib.a
HOST_BENCHES := $(BUILD)/host/benches.a
$(HOST_LIB): $(PURE_LIB:%=$(BUILD)/host/%.o)
$(HOST_BENCHES): $(BENCHES:%=$(BUILD)/host/%.o)
$(BUILD)/%.a:
	@mkdir -p $(@D)
	$(SAY) AR $@
	$(Q)rm -f $@ && ar rcsD $@ $^
host_object = $(BUILD)/host/$(1).c.o
$(BUILD)/host/capture: $(patsubst %.c,$(BUILD)/host/%.c.o,$(filter-out host/qrread.c host/list.c,$(wildcard host/*.c)))
$(BUILD)/host/qrread: $(call host_object,host/qrread)
# What can be chosen, for run.sh --list.
$(BUILD)/host/list: $(foreach file,host/list bench/litmus/litmus_test paging/tlb_op paging/tlb_rule,$(call host_object,$(file)))
$(BUILD)/host/check_config: $(foreach file,stick/check_config bench/litmus/litmus_test paging/tlb_op paging/tlb_rule,$(call host_object,$(file)))
$(BUILD)/host/gpt: $(call host_object,stick/gpt)
$(BUILD)/host/iso: $(call host_object,stick/iso)
# The screen of a run as pictures.
$(BUILD)/host/screen: $(call host_object,tests/native/screen)
# The self-tests of the clock in ring 3, on this processor.
$(BUILD)/host/selftest: $(call host_object,tests/native/selftest) $(HOST_BENCHES)
# What each operation must drop, from the table of rules.
$(BUILD)/host/matrix: $(call host_object,tests/native/matrix) $(HOST_BENCHES)
# The rows that the benchmarks plan, for the tests of the report.
$(BUILD)/host/plan: $(call host_object,tests/native/plan) $(HOST_BENCHES)
# The litmus tests as text.
$(BUILD)/host/litmus_list: $(call host_object,tests/native/litmus_list) $(HOST_BENCHES)
TABLES := $(BUILD)/host/gpt $(BUILD)/host/iso
HOST_PROGRAMS = $(patsubst %,$(BUILD)/host/%,capture check_config list qrread screen selftest matrix plan litmus_list)
$(HOST_PROGRAMS) $(TABLES): $(HOST_LIB)
	@mkdir -p $(@D)
	$(SAY) HOST $@
	$(Q)$(HOST_LINK) -o $@ $(filter %.o,$^) $(filter-out $(HOST_LIB),$(filter %.a,$^)) $(HOST_LIB)

# The stick.  Its bytes follow from the program's alone.
$(BUILD)/tlbmark.img: $(BUILD)/tlbmark.efi $(TABLES) $(wildcard stick/*.sh stick/*.txt stick/*.cfg) \
		$(wildcard results/tlbreport/page.* results/tlbreport/view/*)
	$(SAY) IMG $@
	$(Q)stick/make.sh $< $(TABLES) $@

image: $(BUILD)/tlbmark.img ## build/tlbmark.img, a stick that boots

dist: image ## the files of a release, in build/dist/
	@rm -rf $(DIST) && mkdir -p $(DIST)
	$(SAY) DIST $(DIST)
	$(Q)cp $(BUILD)/tlbmark.efi $(DIST)
	$(Q)xz -9 --threads=1 -c $(BUILD)/tlbmark.img >$(DIST)/tlbmark.img.xz
	$(Q)cd $(DIST) && sha256sum tlbmark.efi tlbmark.img.xz >SHA256SUMS

sign: all ## build/tlbmark-signed.efi and .img, with KEY= and CERT= (PEM)
	@[ -n '$(KEY)' ] && [ -n '$(CERT)' ] || { \
		echo 'usage: make sign KEY=my.key CERT=my.pem' >&2; exit 2; }
	$(Q)sbsign --key '$(KEY)' --cert '$(CERT)' --output $(BUILD)/tlbmark-signed.efi \
		$(BUILD)/tlbmark.efi
	$(Q)$(ALONE) $(MAKE) -s $(TABLES)
	$(Q)stick/make.sh $(BUILD)/tlbmark-signed.efi $(TABLES) $(BUILD)/tlbmark-signed.img

# Unit tests: the same sources under the sanitizers.
# A test runs once after it is compiled: to optimise it would take longer than it saves.
UNIT_TEST_OPTIMISE = -O0
$(BUILD)/unit/tests/unit/%.c.o: UNIT_CFLAGS += $(UNIT_TEST_OPTIMISE)
$(BUILD)/unit/%.c.o: %.c Makefile | $(BUILD)/gen/version.h
	@mkdir -p $(@D)
	$(SAY) UNIT $<
	$(Q)$(HOST_CC) $(UNIT_CFLAGS) -MMD -MP -c -o $@ $<
UNIT_LIB := $(BUILD)/unit/lib.a
UNIT_OBJECTS := $(PURE_LIB:%=$(BUILD)/unit/%.o) $(BENCHES:%=$(BUILD)/unit/%.o)
$(UNIT_LIB): $(UNIT_OBJECTS)
$(BUILD)/unit/test_%: $(BUILD)/unit/tests/unit/test_%.c.o $(UNIT_LIB)
	$(SAY) UNIT $@
	$(Q)$(HOST_CC) $(SANITIZE) -o $@ $(filter %.o,$^) \
		$(filter-out $(UNIT_LIB),$(filter %.a,$^)) $(UNIT_LIB) -lcmocka -lz -lcapstone

# The model CPU.
MODEL := $(patsubst %,$(BUILD)/unit/%.o,$(wildcard tests/model/*.c tests/silicon/interpret/*.c))
$(patsubst %,$(BUILD)/unit/%,$(filter test_model%,$(UNIT_TESTS))): $(MODEL)

# Every outcome that the architecture allows a litmus test.
$(BUILD)/unit/test_litmus: $(LITMUS_MODEL:%=$(BUILD)/unit/%.o)

# The machine whose truth is known, for its unit tests and for its bodies.
TRUTH := tests/silicon/truth/main.c
SILICON := $(filter-out $(TRUTH),$(wildcard tests/silicon/core/*.c tests/silicon/params/*.c \
	tests/silicon/truth/*.c))
UNIT_SILICON := $(BUILD)/unit/silicon.a
HOST_SILICON := $(BUILD)/host/silicon.a
$(UNIT_SILICON): $(SILICON:%=$(BUILD)/unit/%.o)
$(HOST_SILICON): $(SILICON:%=$(BUILD)/host/%.o)
$(patsubst %,$(BUILD)/unit/%,$(filter test_silicon%,$(UNIT_TESTS))): $(UNIT_SILICON)
$(BUILD)/unit/test_silicon_model: $(MODEL)

# The harness on a modelled machine: the sources of the program with other headers for
# what needs ring 0, at a fixed address, as firmware would have loaded it.  What does not
# need ring 0 is compiled as for the host programs.
SILICON_CFLAGS = -Itests/silicon/host/shadow $(HOST_CFLAGS)
SILICON_PURE := $(PURE_LIB) $(wildcard tests/silicon/core/*.c tests/silicon/params/*.c)
SILICON_SOURCES := $(BENCHES) $(wildcard lib/x86/*.c lib/x86/*.S lib/chipset/*.c \
	lib/x86/start/*.c lib/x86/start/*.S lib/x86/svm/*.c lib/x86/svm/*.S \
	tests/silicon/interpret/*.c tests/silicon/host/*.[cS])
SILICON_OBJECTS := $(SILICON_PURE:%=$(BUILD)/host/%.o) $(SILICON_SOURCES:%=$(BUILD)/silicon/%.o)
$(BUILD)/silicon/%.o: % Makefile | $(BUILD)/gen/version.h
	@mkdir -p $(@D)
	$(SAY) BODY $<
	$(Q)$(HOST_CC) $(SILICON_CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/host/silicon: $(SILICON_OBJECTS)
	@mkdir -p $(@D)
	$(SAY) HOST $@
	$(Q)$(HOST_LINK) -Wl,-Ttext-segment=0x400000 -o $@ $^ -lcapstone

# What measurements of a machine have to find.
$(BUILD)/host/silicon_truth: $(TRUTH:%=$(BUILD)/host/%.o) $(HOST_SILICON)
	@mkdir -p $(@D)
	$(SAY) HOST $@
	$(Q)$(HOST_LINK) -o $@ $^

# Bochs with the modelled machine in it, where there is a source of Bochs.
SILICON_BOCHS := $(BUILD)/silicon-bochs/bochs
$(SILICON_BOCHS): $(wildcard tests/silicon/bochs/*.cc tests/silicon/bochs/*.h* \
		tests/silicon/bochs/Makefile.in tests/silicon/bochs/build.sh \
		tests/silicon/core/*.[ch] tests/silicon/params/*.[ch])
	$(SAY) HOST $@
	$(Q)$(ALONE) tests/silicon/bochs/build.sh $(@D)

silicon: $(SILICON_BOCHS) ## Bochs as a modelled machine, from BOCHS_SOURCE= or deb-src

# Fuzz targets: each file of tests/fuzz/ is one, with lib/ under the sanitizers.
FUZZ_CC = clang
FUZZ_CFLAGS = -std=gnu11 -D_GNU_SOURCE -O1 -g -fno-sanitize-recover=all -I. -I$(BUILD)/gen \
	$(WARNINGS)
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
FUZZ_LIB := $(BUILD)/fuzz/lib.a
$(FUZZ_LIB): $(PURE_LIB:%=$(BUILD)/fuzz/%.o)
$(BUILD)/fuzz/%.c.o: %.c Makefile | $(BUILD)/gen/version.h
	@mkdir -p $(@D)
	$(SAY) FUZZ $<
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link,address,undefined -MMD -MP -c \
		-o $@ $<
$(FUZZ_TARGETS:%=$(BUILD)/fuzz/%): $(BUILD)/fuzz/%: $(BUILD)/fuzz/tests/fuzz/%.c.o $(FUZZ_LIB)
	$(SAY) FUZZ $@
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -o $@ $^

# What the compiler noted of headers, from wherever it was built.
-include $(EFI_OBJECTS:.o=.d) $(SILICON_OBJECTS:.o=.d) $(EVIL_OWN:.o=.d) $(UNIT_OBJECTS:.o=.d) \
	$(PURE_LIB:%=$(BUILD)/host/%.d) $(BENCHES:%=$(BUILD)/host/%.d) $(PURE_LIB:%=$(BUILD)/fuzz/%.d) \
	$(wildcard $(BUILD)/host/host/*.d $(BUILD)/host/stick/*.d $(BUILD)/host/tests/native/*.d \
		$(BUILD)/unit/tests/unit/*.d $(BUILD)/unit/tests/model/*.d \
		$(BUILD)/unit/tests/litmus/*.d \
		$(BUILD)/unit/tests/silicon/*/*.d $(BUILD)/host/tests/silicon/*/*.d \
		$(BUILD)/fuzz/tests/fuzz/*.d)

report: ## draw RUN=DIR again
	@[ -n '$(RUN)' ] || { echo 'usage: make report RUN=DIR' >&2; exit 2; }
	$(PYTHON) results/report.py $(RUN)

# RUN= may be several folders, or one with a tree of runs; EMULATED=1 takes and marks emulators.
reference: ## check RUN=DIR (three boots), strip it, add it to results/reference/
	@[ -n '$(RUN)' ] || { echo 'usage: make reference RUN=DIR [EMULATED=1]' >&2; exit 2; }
	@$(PYTHON) results/report.py --contribute results/reference \
		$(if $(EMULATED),--emulated) $(RUN)

reference-table: ## draw the table in results/reference/README.md again
	@$(PYTHON) results/report.py --contribute results/reference

litmus-list: $(BUILD)/host/litmus_list ## the litmus tests, what each thread does
	@$<

# The table there ends with the first empty line behind its head.
matrix: $(BUILD)/host/matrix ## put what each operation must drop into paging/README.md
	@$< >$(BUILD)/matrix
	@awk 'NR == FNR { over = over || $$0 == ""; if (!over) table = table $$0 "\n"; next } \
		/^\| \| `page_4k`/ { printf "%s", table; old = 1 } \
		$$0 == "" { old = 0 } \
		!old' $(BUILD)/matrix paging/README.md >$(BUILD)/matrix.md
	@cat $(BUILD)/matrix.md >paging/README.md

clean: ## remove build/
	rm -rf $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

# Tests.  Each speaks TAP; tests/run counts them together.  The longest come first.
UNIT_PROGRAMS = $(UNIT_TESTS:%=$(BUILD)/unit/%)
CHECKS = $(wildcard tests/checks/*.sh)
SLOW_CHECKS = $(patsubst %,tests/checks/%.sh,compilers tidy cppcheck models reproducible)
# Files beside them that tests share do not `finish`.
SHELL_TESTS = $(shell grep -lx finish tests/boot/*.sh tests/host/*.sh)
TESTS = $(SHELL_TESTS) tests/report/run tests/mutate/self \
	$(filter-out $(SLOW_CHECKS),$(CHECKS)) $(UNIT_PROGRAMS)
LONGEST = tests/boot/long/silicon.sh tests/boot/long/bochs.sh tests/checks/compilers.sh tests/checks/tidy.sh \
	tests/checks/long/red.sh tests/boot/matrix/reset.sh tests/mutate/run \
	tests/boot/matrix/evil.sh tests/boot/matrix/media.sh tests/boot/long/models.sh \
	tests/checks/long/fuzz.sh tests/boot/matrix/cpus.sh tests/boot/matrix/storage.sh \
	tests/report/planted tests/calibrate/errata.sh tests/soak/run
# Of ways to start and to come home each commit plays a third, and the next one another.
MATRIX = $(wildcard tests/boot/matrix/*.sh)
PLAYED = $(shell printf '%s\n' $(sort $(MATRIX)) | ALL=$(ALL) scratch=. sh -c \
	'. tests/tree.sh; one_in 3')
NOT_PLAYED = $(filter-out $(PLAYED),$(MATRIX))
LONG_TESTS = $(filter-out $(NOT_PLAYED),$(LONGEST)) $(filter-out $(LONGEST) $(NOT_PLAYED), \
	$(MATRIX) $(wildcard tests/boot/long/*.sh tests/host/long/*.sh \
	tests/checks/long/*.sh) $(SLOW_CHECKS) $(LAB_TESTS) \
	tests/report/long tests/report/browser tests/calibrate/test.sh tests/calibrate/decisions)
LAB_TESTS = $(wildcard tests/lab/*.sh)
# What calls make itself must not look for the job server of this one.
ALONE = env -u MAKEFLAGS -u MAKELEVEL JOBS=$(JOBS)
INSTALL_AND_BUILD = ./run.sh --setup && $(ALONE) $(MAKE) -s -j $(JOBS) programs

programs: all image $(BUILD)/evil.efi $(HOST_PROGRAMS) $(BUILD)/host/silicon \
	$(BUILD)/host/silicon_truth $(UNIT_PROGRAMS) ## all, stick, host programs, unit tests

booted: all $(BUILD)/evil.efi

# What the compilers may have something to say of, each source once with each family of flags:
# a modelled machine has the sources that the host programs share.
HOST_OWN := $(wildcard host/*.c stick/*.c tests/native/*.c tests/silicon/truth/*.c)
objects: booted $(HOST_OWN:%=$(BUILD)/host/%.o) $(BUILD)/host/silicon $(MODEL) \
	$(LITMUS_MODEL:%=$(BUILD)/unit/%.o) $(UNIT_TESTS:%=$(BUILD)/unit/tests/unit/%.c.o)

check: all image ## what can be said without running it
	@$(ALONE) tests/run -j $(JOBS) -t 600 $(CHECKS)

# One more at a time than there are processors: run.sh waits as often as it works.
TEST_JOBS = $(shell expr $(JOBS) + 1)

test: ## everything but what follows, in a few minutes
	@$(INSTALL_AND_BUILD)
	@$(ALONE) tests/run -j $(TEST_JOBS) -t 600 $(TESTS)

test-long: ## planted faults, long runs, a third of the disks and resets; ALL=1: everything
	@$(INSTALL_AND_BUILD)
	@$(ALONE) tests/run -j $(TEST_JOBS) -t 2400 $(LONG_TESTS)

test-lab: ## what lab/ has, against QEMU; part of test-long
	@$(INSTALL_AND_BUILD)
	@$(ALONE) tests/run -j $(JOBS) -t 600 $(LAB_TESTS)

DISTROS = bookworm trixie sid
test-distros: ## in clean roots of DISTROS=, each with its own compilers, emulators, Python
	@./run.sh --setup
	@$(ALONE) tests/run -t 3600 $(DISTROS:%=tests/distros/%.sh)

# PROFILE= and SEEDS= of it; KEEP= is a folder for the runs, which are not made again.
calibrate: $(BUILD)/host/silicon $(BUILD)/host/silicon_truth $(BUILD)/host/capture ## figures of modelled machines beside their truth; ten minutes
	@BUILD=$(BUILD) tests/calibrate/run --profile $(or $(PROFILE),smoke) --seeds $(or $(SEEDS),2) \
		--jobs $(JOBS) $(if $(KEEP),--keep $(KEEP)) --out results/reference

planted: ## all planted faults, of which test-long plays some
	@$(INSTALL_AND_BUILD)
	@$(ALONE) ALL=1 tests/run -j $(JOBS) -t 7200 tests/checks/long/red.sh tests/report/planted

mutate: ## every small change of a pure source, of which test-long plays a sample; hours
	@$(INSTALL_AND_BUILD)
	@$(ALONE) tests/mutate/run --all $(ONLY)

fuzz: ## every fuzz target for five minutes
	@$(INSTALL_AND_BUILD)
	@$(ALONE) FUZZ_SECONDS=300 tests/run -t 7200 tests/checks/long/fuzz.sh

# SEED= and ONE= play again what has failed.
soak: ## run.sh with machines, settings and kills drawn at random, for SECONDS=3600
	@$(INSTALL_AND_BUILD)
	@$(ALONE) SECONDS=$(or $(SECONDS),3600) SEED=$(or $(SEED),$(shell date +%s)) ONE=$(ONE) \
		tests/soak/run

# For the tests: the value of a variable.
print-%:
	@echo '$($*)'
