#include "base/late_tables.hpp"

#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>

// The linker's names (ld, "Symbol Names as C Identifiers"; gABI): seen from here, at addresses relative to
// the code, so that they can be used before anything is relocated.
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
extern "C" {
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));
extern std::byte __start_openssl_tables[] __attribute__((visibility("hidden")));
extern std::byte __stop_openssl_tables[] __attribute__((visibility("hidden")));
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

namespace {

constexpr uintptr_t kPage = 4096;

// Makes the section, and so its bounds, in builds whose OpenSSL is elsewhere. `make dist` renames OpenSSL's
// into it.
[[gnu::section("openssl_tables"), gnu::used]] uintptr_t of_the_section = 1;

std::atomic<bool> pending = false;  // the late tables are not relocated yet

/// Whole pages only: what shares a page with others is relocated with them.
__attribute__((no_stack_protector)) uintptr_t first() {
  return (reinterpret_cast<uintptr_t>(__start_openssl_tables) + kPage - 1) / kPage * kPage;
}
__attribute__((no_stack_protector)) uintptr_t last() {
  return reinterpret_cast<uintptr_t>(__stop_openssl_tables) / kPage * kPage;
}

/// The table of relative relocations (DT_RELR of the generic ABI).
struct Relative {
  uintptr_t base;
  const ElfW(Relr) * entries;
  size_t count;
};
Relative relocations;  // libc moves the dynamic section's pointers, so they are read before that

/// The dynamic section's entry of this tag; null if there is none.
__attribute__((no_stack_protector)) ElfW(Dyn) * dynamic(ElfW(Sxword) tag) {
  for (ElfW(Dyn)* entry = _DYNAMIC; entry->d_tag != DT_NULL; entry++)
    if (entry->d_tag == tag) return entry;
  return nullptr;
}

constexpr size_t kBits = 8 * sizeof(ElfW(Relr)) - 1;  // words that one bitmap tells of

__attribute__((no_stack_protector)) uintptr_t* word(uintptr_t address) {
  return reinterpret_cast<uintptr_t*>(address);  // NOLINT(performance-no-int-to-ptr)
}

/// Whether a word is one of the late tables'.
__attribute__((no_stack_protector)) bool is_late(uintptr_t place) {
  return place >= first() && place < last();
}

/// Adds the base to each word that the table names, of the late ones or of the others. An even entry is the
/// address of a word, an odd one a bitmap of those that follow it.
__attribute__((no_stack_protector)) void apply(bool late) {
  const uintptr_t base = relocations.base;
  uintptr_t next = 0;
  for (size_t i = 0; i < relocations.count; i++) {
    const uintptr_t entry = relocations.entries[i];
    const bool is_address = entry % 2 == 0;
    if (is_address) next = base + entry;
    const uintptr_t end = next + (is_address ? 1 : kBits) * sizeof(uintptr_t);
    // Whole pages are late, so a bitmap that begins and ends alike has no others.
    const bool begins = is_late(next) == late;
    const bool ends = is_late(end - 1) == late;
    uintptr_t place = next;
    if (begins && ends)
      for (uintptr_t bits = is_address ? 1 : entry / 2; bits != 0; bits /= 2, place += sizeof(uintptr_t))
        *word(place) += base & -(bits % 2);
    else if (begins || ends)
      for (uintptr_t bits = entry / 2; bits != 0; bits /= 2, place += sizeof(uintptr_t))
        if (bits % 2 == 1 && is_late(place) == late) *word(place) += base;
    next = end;
  }
}

/// Has the kernel bring all pages that are to be written at once, and not one by one as they are: 30 page
/// faults less. There is no libc yet that would ask; kernels before 5.14 do not know it, and answer so.
__attribute__((no_stack_protector)) void bring_pages() {
#if defined(__x86_64__) && defined(MADV_POPULATE_WRITE)
  const uintptr_t begin = (relocations.base + relocations.entries[0]) / kPage * kPage;
  long answer = SYS_madvise;
  __asm__ volatile("syscall"
                   : "+a"(answer)
                   : "D"(begin), "S"(first() - begin), "d"(MADV_POPULATE_WRITE)
                   : "rcx", "r11", "memory");
#endif
}

void on_segmentation_fault(int number, siginfo_t* info, void*) {
  const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
  // Anybody else's fault happens again, and ends the process as it always did.
  if (pending && address >= first() && address < last()) return base::relocate_late_tables();
  (void)std::signal(number, SIG_DFL);
}

}  // namespace

// The linker puts these two around libc's own relocation of a static executable (--wrap, in `make dist`
// only). There is no libc yet, and no table may be used that is still to be relocated.
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
extern "C" {
void __real__dl_relocate_static_pie() __attribute__((weak));
__attribute__((no_stack_protector, visibility("hidden"))) void __wrap__dl_relocate_static_pie() {
  const auto base = reinterpret_cast<uintptr_t>(&__ehdr_start);
  const ElfW(Dyn)* entries = dynamic(DT_RELR);
  ElfW(Dyn)* size = dynamic(DT_RELRSZ);
  if (!entries || !size) return __real__dl_relocate_static_pie();
  const ElfW(Xword) bytes = size->d_un.d_val;
  relocations = {base, word(base + entries->d_un.d_ptr), bytes / sizeof(ElfW(Relr))};
  bring_pages();
  apply(false);
  size->d_un.d_val = 0;  // done, as far as libc is concerned
  __real__dl_relocate_static_pie();
  size->d_un.d_val = bytes;
  pending = first() < last();
}
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

namespace base {

void relocate_late_tables() {
  if (!pending) return;
  void* tables = word(first());
  const size_t size = last() - first();
  if (::mprotect(tables, size, PROT_READ | PROT_WRITE) != 0) std::abort();
  apply(true);
  if (::mprotect(tables, size, PROT_READ) != 0) std::abort();
  pending = false;
}

void relocate_late_tables_when_touched() {
  if (!pending) return;
  struct sigaction action {};
  action.sa_sigaction = on_segmentation_fault;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGSEGV, &action, nullptr);
  ::mprotect(word(first()), last() - first(), PROT_NONE);
}

}  // namespace base
