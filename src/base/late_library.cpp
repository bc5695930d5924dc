#include "base/late_library.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace base {
namespace {

// On other processors, whose kinds of relocations are others, nothing is late (Makefile).
#if defined(__x86_64__)
bool names_a_symbol(const ElfW(Rela) & relocation) {
  const auto kind = ELF64_R_TYPE(relocation.r_info);
  return kind == R_X86_64_64 || kind == R_X86_64_GLOB_DAT || kind == R_X86_64_JUMP_SLOT;
}
#else
bool names_a_symbol(const ElfW(Rela) &) { return false; }
#endif

/// This program as the dynamic loader has it (gABI, "Dynamic Linking").
class Program {
 public:
  Program() { ::dl_iterate_phdr(read, this); }

  /// A word to which the loader has added no symbol's address, as it had none.
  struct Reference {
    uintptr_t* word;
    uintptr_t value;  // of the word: nearly always 0
    const char* symbol;
  };
  /// Those to symbols with `part` in their names.
  std::vector<Reference> missing(std::string_view part) const {
    std::vector<Reference> found;
    for (const auto& table : {others_, calls_})
      for (const ElfW(Rela) & relocation : table)
        if (names_a_symbol(relocation) && is_missing(relocation, part))
          found.push_back({word_of(relocation), uintptr_t(relocation.r_addend), name_of(relocation)});
    return found;
  }

  /// The loader has made the pages read-only in which they are ("RELRO").
  void protect(int rights) const {
    if (!read_only_.empty() && ::mprotect(read_only_.data(), read_only_.size(), rights) != 0)
      throw std::runtime_error("a library cannot be linked: memory stays read-only");
  }

 private:
  /// The loader adds its base to some of these addresses, and leaves others as they are in the file.
  template <typename T>
  T* at(uintptr_t address) const {
    const uintptr_t moved = address < base_ ? base_ + address : address;
    return reinterpret_cast<T*>(moved);  // NOLINT(performance-no-int-to-ptr)
  }

  const ElfW(Sym) & symbol_of(const ElfW(Rela) & relocation) const {
    return symbols_[ELF64_R_SYM(relocation.r_info)];
  }
  const char* name_of(const ElfW(Rela) & relocation) const { return names_ + symbol_of(relocation).st_name; }
  uintptr_t* word_of(const ElfW(Rela) & relocation) const { return at<uintptr_t>(relocation.r_offset); }
  bool is_missing(const ElfW(Rela) & relocation, std::string_view part) const {
    return symbol_of(relocation).st_shndx == SHN_UNDEF &&
           *word_of(relocation) == uintptr_t(relocation.r_addend) &&
           std::string_view(name_of(relocation)).find(part) != std::string_view::npos;
  }

  static int read(dl_phdr_info* info, size_t, void* into) {
    Program& program = *static_cast<Program*>(into);
    program.base_ = info->dlpi_addr;
    for (const ElfW(Phdr) & header : std::span(info->dlpi_phdr, info->dlpi_phnum)) {
      if (header.p_type == PT_DYNAMIC) program.read_dynamic(program.at<ElfW(Dyn)>(header.p_vaddr));
      if (header.p_type == PT_GNU_RELRO) program.read_relro(header);
    }
    return 1;  // the first is the program: no more
  }

  void read_dynamic(const ElfW(Dyn) * entry) {
    size_t size_of_others = 0, size_of_calls = 0;
    const ElfW(Rela)* others = nullptr, *calls = nullptr;
    for (; entry->d_tag != DT_NULL; entry++) {
      if (entry->d_tag == DT_SYMTAB) symbols_ = at<ElfW(Sym)>(entry->d_un.d_ptr);
      if (entry->d_tag == DT_STRTAB) names_ = at<char>(entry->d_un.d_ptr);
      if (entry->d_tag == DT_RELA) others = at<ElfW(Rela)>(entry->d_un.d_ptr);
      if (entry->d_tag == DT_RELASZ) size_of_others = entry->d_un.d_val;
      if (entry->d_tag == DT_JMPREL) calls = at<ElfW(Rela)>(entry->d_un.d_ptr);
      if (entry->d_tag == DT_PLTRELSZ) size_of_calls = entry->d_un.d_val;
    }
    others_ = {others, size_of_others / sizeof *others};
    calls_ = {calls, size_of_calls / sizeof *calls};
  }

  void read_relro(const ElfW(Phdr) & header) {
    const auto page = uintptr_t(::sysconf(_SC_PAGESIZE));
    const uintptr_t begin = header.p_vaddr / page * page;
    const uintptr_t end = (header.p_vaddr + header.p_memsz) / page * page;
    read_only_ = {at<std::byte>(begin), end - begin};
  }

  uintptr_t base_ = 0;
  const ElfW(Sym) * symbols_ = nullptr;
  const char* names_ = nullptr;
  std::span<const ElfW(Rela)> others_, calls_;
  std::span<std::byte> read_only_;
};

/// The library is named in it.
std::string why() {
  const char* reason = ::dlerror();
  return reason ? reason : "no reason is given";
}

}  // namespace

LateLibrary::LateLibrary(const std::string& file, std::string_view part) {
  static std::mutex mutex;  // of two at once, one would make the pages read-only under the other
  const std::scoped_lock lock(mutex);
  const Program program;
  std::vector<Program::Reference> missing = program.missing(part);
  if (missing.empty()) return;
  void* const library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) throw std::runtime_error("a library must be installed for this: " + why());
  for (Program::Reference& reference : missing) {
    const void* symbol = ::dlsym(library, reference.symbol);
    if (!symbol) throw std::runtime_error("a library is not of the version this was built with: " + why());
    reference.value += reinterpret_cast<uintptr_t>(symbol);
  }
  program.protect(PROT_READ | PROT_WRITE);
  for (const Program::Reference& reference : missing) *reference.word = reference.value;
  program.protect(PROT_READ);
}

}  // namespace base
