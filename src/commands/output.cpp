#include "commands/output.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <optional>
#include <system_error>

namespace commands {

Output::Output() : before_(std::cout.rdbuf(this)) {
  setp(buffer_.data(), buffer_.data() + buffer_.size());
  std::cout.exceptions(std::ios::badbit);
}

// What an exception left unwritten is still of use.
Output::~Output() {
  std::cout.exceptions(std::ios::goodbit);
  if (std::cout.good()) std::cout.flush();
  std::cout.rdbuf(before_);
}

int Output::overflow(int character) {
  write_all();
  if (character != traits_type::eof()) sputc(traits_type::to_char_type(character));
  return traits_type::not_eof(character);
}

int Output::sync() {
  write_all();
  return 0;
}

void Output::write_all() {
  std::string_view rest(pbase(), size_t(pptr() - pbase()));
  setp(buffer_.data(), buffer_.data() + buffer_.size());
  while (!rest.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EPIPE) throw ReaderGone();
    if (written < 0) throw std::system_error(errno, std::generic_category(), "standard output");
    rest.remove_prefix(size_t(written));
  }
}

std::string printable(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {  // U+0080 to U+009F
      out += '?';
      ++i;
    } else {
      out += byte < 0x20 || byte == 0x7f ? '?' : text[i];
    }
  }
  return out;
}

std::string shown(const std::optional<std::string>& text) { return text ? printable(*text) : "-"; }

std::string padded(std::string text, size_t width) {
  text.resize(std::max(width, text.size() + 1), ' ');
  return text;
}

void print(const base::Json& value) { std::cout << base::to_pretty_json(value) << "\n"; }

void JsonList::add(const base::Json& element) {
  std::cout << (empty_ ? "[\n  " : ",\n  ") << base::to_json(element);
  empty_ = false;
}

void JsonList::end() { std::cout << (empty_ ? "[]\n" : "\n]\n"); }

Progress::Progress(std::string what) : what_(std::move(what)), terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (shown_) std::cerr << "\r\x1b[K";
}

void Progress::show(size_t done, size_t all) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  shown_ = true;
  std::cerr << "\r\x1b[K" << done << " of " << all << " " << what_ << std::flush;
}

}  // namespace commands
