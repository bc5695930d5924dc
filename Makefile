# make            builds build/nextauth.fcgi
# make dist       build/dist/nextauth.fcgi: one file that needs nothing of the machine it is put on
# make install    after make, as root: PREFIX (default /usr/local), DESTDIR
# make run        a working site on http://localhost:8080
# make test       every test; make check the quick ones; make test SAN=thread, SAN=address,undefined with sanitizers
# make CFI=1      the program with clang's control-flow integrity, in build/cfi
# make bench      its speed beside limits and peers, in a table; QUICK=1 is shorter
# make fuzz       each target of tests/fuzz/ for SECONDS=60
# make format     clang-format; make lint: clang-tidy, the format, the layers
.DEFAULT_GOAL := all
SHELL := /bin/bash

CXX ?= g++
BUILD ?= build
# -g1: line numbers for backtraces; full -g makes the build half as long again.
OPT ?= -O2 -g1
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion
# Branches and returns to where none belongs end the process where the processor can tell (-fcf-protection). CFI=1 has
# the program tell by itself.
HARDEN = -fstack-protector-strong -fstack-clash-protection -D_FORTIFY_SOURCE=2 -fPIE -ftrivial-auto-var-init=zero
ifeq ($(shell uname -m),x86_64)
HARDEN += -fcf-protection=$(if $(CFI),return,full)
endif
# clang's control-flow integrity: a call through a pointer or a table of virtual functions ends the process unless it leads
# to a function of that type. It has to see the whole program, so it is done at link time. Its tables have no room for
# the marks of -fcf-protection=branch (clang 14), which say less.
ifneq ($(CFI),)
CXX := clang++-14
BUILD = build/cfi
CXXFLAGS += -flto=thin -fvisibility=hidden -fsanitize=cfi -fsanitize-ignorelist=scripts/cfi-ignorelist
LDFLAGS += -flto=thin -fuse-ld=lld-14 -fsanitize=cfi
endif
ifneq ($(findstring clang,$(CXX)),)
# clang 14 wants to be asked in so many words.
HARDEN += -enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang
endif
CPPFLAGS += -Isrc -I$(BUILD)/gen -DCPPHTTPLIB_OPENSSL_SUPPORT -DCPPHTTPLIB_ZLIB_SUPPORT -DCPPHTTPLIB_BROTLI_SUPPORT
CPPFLAGS += -isystem /usr/include/lua5.4
CXXFLAGS += -std=c++20 $(OPT) $(WARN) $(HARDEN) -ffunction-sections -pthread
LDFLAGS += -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code -Wl,--as-needed -pthread
# A sanitizer's build has a folder of its own, and is not optimised: that takes longer than what it saves.
ifneq ($(SAN),)
comma := ,
BUILD = build/san-$(subst $(comma),-,$(SAN))
OPT = -O0 -g1
HARDEN = -fPIE
# RapidJSON (internal/stack.h) adds to a null pointer: harmless, and not ours.
CXXFLAGS += -fsanitize=$(SAN:fuzzer,%=fuzzer-no-link,%) -fno-sanitize=pointer-overflow -fno-sanitize-recover=all
LDFLAGS += -fsanitize=$(SAN)
ifneq ($(findstring fuzzer,$(SAN)),)
CXX := clang++-14
OPT = -O1 -g1
endif
endif
LDLIBS = -lfcgi -lcpp-httplib -lssl -lcrypto -lcrypt -lsqlite3 -llua5.4 -lidn2 -lz

SOURCES := $(filter-out src/main.cpp,$(sort $(wildcard src/*.cpp src/*/*.cpp)))
TESTS := $(sort tests/main.cpp $(wildcard tests/*/*_test.cpp tests/support/*.cpp))
FORMATTED := $(shell git ls-files -co --exclude-standard 'src/*.cpp' 'src/*.hpp' 'tests/*.cpp' 'tests/*.hpp')

# The sources of a folder are compiled as one: what all of them include and instantiate is compiled once, which takes a quarter
# of the time. `make JOIN=` compiles each alone: quicker when one file is edited again and again.
JOIN ?= 1
# Where the tests' objects are: a sanitizer can do with those of the ordinary build, and looks at the program's sources alone then.
TESTS_BUILD ?= $(BUILD)
ifneq ($(JOIN),)
# Takes <linux/tcp.h>, which is at odds with the <netinet/tcp.h> of cpp-httplib.
APART = src/http/watchdog.cpp
JOINED := $(filter-out $(APART),$(wildcard src/*/*.cpp))
JOINED_TESTS := $(wildcard tests/*/*_test.cpp)
endif
folders = $(sort $(foreach file,$1,$(word 2,$(subst /, ,$(file)))))
# In a build's folder $1, joined $2 of all $3.
objects = $(patsubst %.cpp,$1/obj/%.o,$(filter-out $2,$3)) $(patsubst %,$1/obj/joined/$4%.o,$(call folders,$2))
OBJECTS := $(call objects,$(BUILD),$(JOINED),$(SOURCES)) $(BUILD)/obj/embedded.o
TEST_OBJECTS := $(call objects,$(TESTS_BUILD),$(JOINED_TESTS),$(TESTS),tests/)
ifneq ($(SAN),)
OBJECTS += $(TESTS_BUILD)/obj/tests/support/sanitizers.o
endif
EMBEDDED := $(sort scripts/completion.bash $(wildcard scripts/servers/*) $(shell find templates schema src/providers -type f \( -path 'templates/*' -o -path 'schema/*' -o -name '*.json' \)))

# The headers that nearly every source reads, read once: a third off the build. `make PCH=` goes without (ccache then finds
# more again).
PCH ?= $(BUILD)/gen/std.hpp
STD_HEADERS = algorithm array atomic chrono filesystem functional map memory mutex optional set span stdexcept string string_view \
  utility vector
TEST_HEADERS = $(STD_HEADERS) fstream future sstream thread
ifneq ($(PCH),)
PCH_GCH := $(PCH).gch
TEST_GCH := $(BUILD)/gen/tests.hpp.gch
# Read like that, the standard headers count as ours, and g++ 12 sees overruns in std::string that are none (its bug
# 105651). `make PCH=` has these warnings on.
USE_PCH = -include $(PCH) $(if $(findstring clang,$(CXX)),,-Wno-array-bounds -Wno-stringop-overread -Wno-stringop-overflow -Wno-restrict)
endif

.PHONY: all dist install run test bench check fuzz fuzzers format lint linted clean FORCE
all: $(BUILD)/nextauth.fcgi

PROGRAM = $(BUILD)/obj/src/main.o $(OBJECTS)

# The libraries with these symbols are loaded when they are first needed (src/base/late_library.hpp), which takes a quarter
# off each start. A library of which all references are weak is not named to the dynamic loader (--as-needed).
LATE = *7httplib* SSL_* crypt_* idn2_* lua_* luaL_* luaopen_*
# With CFI there are no objects to change, and what fills them in was written for one processor.
ifneq ($(CFI)$(filter-out x86_64,$(shell uname -m)),)
LATE =
endif
# Changes when LATE has.
$(BUILD)/gen/late: FORCE
	@mkdir -p $(@D)
	@echo '$(LATE)' | cmp -s - $@ || echo '$(LATE)' >$@
$(BUILD)/obj/late/%.o: $(BUILD)/obj/%.o $(BUILD)/gen/late
	@mkdir -p $(@D)
	objcopy --wildcard $(LATE:%=--weaken-symbol='%') $< $@
LATE_PROGRAM := $(PROGRAM:$(BUILD)/obj/%=$(BUILD)/obj/late/%)
$(BUILD)/gen/late_references.S: $(LATE_PROGRAM) scripts/late-references
	scripts/late-references $(LATE_PROGRAM) >$@.new && mv $@.new $@
$(BUILD)/obj/late_references.o: $(BUILD)/gen/late_references.S
	$(CXX) -c -o $@ $<
ifneq ($(LATE),)
PROGRAM = $(LATE_PROGRAM) $(BUILD)/obj/late_references.o
endif

# The libraries that most symbols are looked for in come first: a tenth off what starting takes.
MOST_SYMBOLS = -lcrypto -lstdc++ -lsqlite3
$(BUILD)/nextauth.fcgi: $(PROGRAM) $(BUILD)/gen/late
	$(CXX) $(LDFLAGS) -o $@ $(PROGRAM) $(MOST_SYMBOLS) $(LDLIBS)

$(BUILD)/unit-tests: $(OBJECTS) $(TEST_OBJECTS)
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# A program for each target of tests/fuzz/: with libFuzzer's main, else with one that only replays files.
FUZZ := $(filter-out tests/fuzz/replay.cpp,$(wildcard tests/fuzz/*.cpp))
FUZZERS := $(FUZZ:tests/fuzz/%.cpp=$(BUILD)/fuzzers/%)
FUZZ_MAIN = $(if $(findstring fuzzer,$(SAN)),,$(BUILD)/obj/tests/fuzz/replay.o)
$(BUILD)/fuzzers/%: $(BUILD)/obj/tests/fuzz/%.o $(BUILD)/obj/tests/support/fakes.o $(FUZZ_MAIN) $(BUILD)/sources.a
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/sources.a: $(OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $^

COMPILE = $(CXX) $(CPPFLAGS) $(CXXFLAGS) $(USE_PCH) -MMD -MP -c -o $@ $<
$(BUILD)/obj/%.o: %.cpp $(PCH_GCH)
	@mkdir -p $(@D)
	$(COMPILE)
$(BUILD)/obj/tests/%.o: tests/%.cpp $(TEST_GCH)
	@mkdir -p $(@D)
	$(COMPILE)
$(BUILD)/obj/joined/%.o: $(BUILD)/gen/joined/%.cpp $(PCH_GCH)
	@mkdir -p $(@D)
	$(COMPILE) -iquote .
$(BUILD)/obj/joined/tests/%.o: $(BUILD)/gen/joined/tests/%.cpp $(TEST_GCH)
	@mkdir -p $(@D)
	$(COMPILE) -iquote .

# At each make, as a file may have come or gone; they change only then.
JOINED_TO := $(patsubst %,$(BUILD)/gen/joined/%.cpp,$(call folders,$(JOINED)))
$(JOINED_TO): $(BUILD)/gen/joined/%.cpp: FORCE
	@mkdir -p $(@D)
	@scripts/join $@ $(filter src/$*/%,$(JOINED))
$(patsubst %,$(BUILD)/gen/joined/tests/%.cpp,$(call folders,$(JOINED_TESTS))): $(BUILD)/gen/joined/tests/%.cpp: FORCE
	@mkdir -p $(@D)
	@scripts/join --apart $@ $(filter tests/$*/%,$(JOINED_TESTS))

# Tests are compiled without optimisation: that takes longer than what it saves.
OF_TESTS = $(BUILD)/obj/tests/%.o $(BUILD)/obj/joined/tests/%.o $(BUILD)/gen/tests.hpp.gch
ifeq ($(SAN),)
$(OF_TESTS): OPT = -O0 -g1
$(OF_TESTS): HARDEN = -fPIE
endif
$(OF_TESTS): PCH := $(PCH:%/std.hpp=%/tests.hpp)

# Lua leaves functions by longjmp, and the sanitizer's own stack would keep what was left: gigabytes in the unit tests.
ifeq ($(SAN),thread)
$(BUILD)/obj/%/hooks.o $(BUILD)/obj/src/hooks/%.o $(BUILD)/obj/tests/hooks/%.o: CXXFLAGS += --param=tsan-instrument-func-entry-exit=0
endif

$(BUILD)/gen/std.hpp.gch: HEADERS = $(STD_HEADERS)
$(BUILD)/gen/tests.hpp.gch: HEADERS = $(TEST_HEADERS)
$(BUILD)/gen/%.hpp.gch: Makefile
	@mkdir -p $(@D)
	@printf '#include <%s>\n' $(HEADERS) >$(@:.gch=)
	$(CXX) $(CPPFLAGS) $(CXXFLAGS) -x c++-header -o $@ $(@:.gch=)

# Templates, schema, catalogue and servers' snippets are compiled in: one file to upload.
$(BUILD)/gen/embedded.S: $(EMBEDDED) scripts/embed Makefile
	@mkdir -p $(@D)
	@scripts/embed $(EMBEDDED) > $@.new && mv $@.new $@
$(BUILD)/obj/embedded.o: $(BUILD)/gen/embedded.S
	@mkdir -p $(@D)
	$(CXX) -c -o $@ $<

# The same objects with static libraries: runs on any x86-64 Linux, whatever is installed there. -static-pie and not
# -static, which would also make the first exception in each CGI process read all unwinding tables (0.6 ms).
DIST = $(BUILD)/dist
DIST_LDFLAGS = -static-pie -s -Wl,-z,relro,-z,now,-z,pack-relative-relocs -Wl,--gc-sections -pthread
# What few CGI requests need is done later than at the start: src/base/late_tables.hpp, late_streams.hpp.
DIST_ORDER = scripts/dist-order.ld
DIST_LDFLAGS += -Wl,-T,$(DIST_ORDER),-Map=$(DIST)/link.map -Wl,--wrap=_dl_relocate_static_pie,-u,_dl_relocate_static_pie \
  -Wl,--wrap=_ZNSt8ios_base4InitC1Ev,-z,start-stop-gc -L$(DIST)
DIST_OPENSSL = $(DIST)/libcrypto.a $(DIST)/libssl.a
DIST_LDLIBS = $(filter-out -lcpp-httplib,$(LDLIBS)) -lunistring -lbrotlidec -lbrotlienc -lbrotlicommon
dist:
	@scripts/packages dist
	@$(MAKE) -s -j$$(nproc) $(DIST)/nextauth.fcgi
	@du -h --apparent-size $(DIST)/nextauth.fcgi

# ld warns of dlopen and of functions that may load more; what is done about them: http/httplib_client.cpp, tests/journeys/dist.test.mjs.
$(DIST)/nextauth.fcgi: $(BUILD)/obj/src/main.o $(OBJECTS) $(DIST)/httplib.o $(DIST_OPENSSL) $(DIST_ORDER)
	@$(CXX) $(DIST_LDFLAGS) -o $@.linked $(filter %.o,$^) $(DIST_LDLIBS) 2>$(DIST)/link.log || { cat $(DIST)/link.log; exit 1; }
# Copied, as an upload is: the linker writes here and there, and pages that came to the cache like that are mapped slower.
	@cp $@.linked $@.copy && mv $@.copy $@ && rm $@.linked

$(DIST_OPENSSL): $(DIST)/%.a: Makefile
	@mkdir -p $(@D)
	objcopy --rename-section .data.rel.ro=openssl_tables --rename-section .data.rel.ro.local=openssl_tables \
	  $$($(CXX) -print-file-name=$(@F)) $@

# As Debian compiles its shared library.
$(DIST)/httplib.o: $(DIST)/httplib/httplib.cc
	$(CXX) $(CPPFLAGS) -DCPPHTTPLIB_USE_POLL -std=c++20 $(OPT) $(HARDEN) -ffunction-sections -fdata-sections -pthread -c -o $@ $<
$(DIST)/httplib/httplib.cc: scripts/dist-httplib $(subst :,\:,$(wildcard /var/lib/dpkg/info/libcpp-httplib-dev*.list))
	scripts/dist-httplib $(DIST)/httplib

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

PREFIX ?= /usr/local
install:
	@[ -x $(BUILD)/nextauth.fcgi ] || { echo "make install: run make first" >&2; exit 1; }
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/doc/nextauth/servers
	install -D -m 755 -t $(DESTDIR)$(PREFIX)/lib/nextauth $(BUILD)/nextauth.fcgi
	ln -sf ../lib/nextauth/nextauth.fcgi $(DESTDIR)$(PREFIX)/bin/nextauth.fcgi
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man8 scripts/nextauth.fcgi.8
	install -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/nextauth README.md LICENSE
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/nextauth/.readme .readme/*
	cp -R --preserve=mode scripts/examples $(DESTDIR)$(PREFIX)/share/doc/nextauth/
	install -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/nextauth/servers scripts/servers/*
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	$(BUILD)/nextauth.fcgi completion >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/nextauth.fcgi

PORT ?= 8080
run:
	@scripts/packages run
	@$(MAKE) -s -j$$(nproc) all
	@exec scripts/run --port $(PORT)

test:
	@scripts/packages test
	@$(MAKE) -s -j$$(nproc) all $(BUILD)/unit-tests fuzzers
ifneq ($(SAN),)
	@$(MAKE) -s -j$$(nproc) SAN= BUILD=build build/nextauth.fcgi build/dist/nextauth.fcgi
else
	@$(MAKE) -s -j$$(nproc) $(DIST)/nextauth.fcgi
	@$(MAKE) -s -j$$(nproc) SAN=address,undefined TESTS_BUILD=build build/san-address-undefined/unit-tests
	@$(MAKE) -s -j$$(nproc) SAN=thread build/san-thread/nextauth.fcgi
endif
	@scripts/check-layers
	@scripts/check-readme
	@BUILD=$(BUILD) SAN=$(SAN) tests/run

# Needs nothing of `make test`. What it finds is in build/bench/results.json, too.
bench:
	@scripts/packages bench
	@$(MAKE) -s -j$$(nproc) all $(DIST)/nextauth.fcgi
	@$(MAKE) -s -j$$(nproc) -C tests/bench OUT=$(abspath $(BUILD))/bench
	@node tests/bench/bench.mjs $(if $(QUICK),--quick)

SECONDS ?= 60
fuzz:
	@scripts/packages fuzz
	@$(MAKE) -s -j$$(nproc) SAN=fuzzer,address,undefined fuzzers
	@tests/fuzz/run $(SECONDS)
fuzzers: $(FUZZERS)

# The quick ones: units and the layers, with what is installed.
check: $(BUILD)/unit-tests
	scripts/check-layers
	scripts/check-readme
	$(BUILD)/unit-tests

format:
	@scripts/packages lint
	clang-format -i $(FORMATTED)

# One file at a time, so that a finding names its file and make can share the work out.
lint:
	@scripts/packages lint
	@$(MAKE) -s -j$$(nproc) linted
LINTED := $(SOURCES:%=$(BUILD)/lint/%.ok) $(BUILD)/lint/src/main.cpp.ok
linted: $(LINTED) $(JOINED_TO)
	clang-format --dry-run -Werror $(FORMATTED)
	scripts/check-joined $(JOINED_TO) -- $(CPPFLAGS) -std=c++20
	scripts/check-layers
	scripts/check-readme
$(BUILD)/lint/%.ok: % .clang-tidy
	@mkdir -p $(@D)
	@echo $<
	@clang-tidy --quiet $< -- $(CPPFLAGS) -std=c++20 && touch $@

clean:
	rm -rf $(BUILD)
