#include "mail/header.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace mail {
namespace {

constexpr size_t line_limit = 76;  // RFC 2047 §2, RFC 2045 §6.7
constexpr std::string_view word_begin = "=?UTF-8?B?";
constexpr std::string_view word_end = "?=";
constexpr std::string_view fold = "\r\n ";

bool is_printable(char c) { return c >= 0x20 && c < 0x7F; }

void refuse_unusable(std::string_view text) {
  if (base::has_control(text)) throw Error("a header of the mail would have a control character in it");
  if (!base::is_utf8(text)) throw Error("a header of the mail would be no UTF-8");
}

/// Text that a reader would take for what it says: no line to be folded, no encoded word by accident.
bool is_plain(std::string_view text, size_t used) {
  return used + text.size() <= line_limit && std::all_of(text.begin(), text.end(), is_printable) &&
         text.find("=?") == std::string_view::npos;
}

/// RFC 5322 §3.2.4. For plain text.
std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string encoded_words(std::string_view text, size_t used) {
  constexpr size_t around = word_begin.size() + word_end.size();
  std::string out;
  while (!text.empty()) {
    const size_t room = used + around < line_limit ? (line_limit - used - around) / 4 * 3 : 0;
    const std::string_view part = base::cut(text, room);  // a character is never divided
    if (!part.empty()) out.append(word_begin).append(base::to_base64(part)).append(word_end);
    text.remove_prefix(part.size());
    if (!text.empty()) out += fold;
    used = 1;
  }
  return out;
}

std::string escaped(char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  return {'=', digits[byte >> 4], digits[byte & 15]};
}

std::string quoted_printable_line(std::string_view line) {
  std::string out;
  size_t length = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    // A blank at the end is lost on the way; a dot alone ends the mail for some.
    const bool keep = (is_printable(c) || c == '\t') && c != '=' &&
                      !((c == ' ' || c == '\t') && i + 1 == line.size()) && !(c == '.' && line.size() == 1);
    const std::string piece = keep ? std::string(1, c) : escaped(c);
    if (length + piece.size() > line_limit - 1) {
      out += "=\r\n";
      length = 0;
    }
    out += piece;
    length += piece.size();
  }
  return out;
}

}  // namespace

std::string header(std::string_view name, const std::string& value) {
  refuse_unusable(base::replace_all(value, fold, " "));
  return std::string(name) + ": " + value + "\r\n";
}

std::string encode_text(std::string_view text, size_t used) {
  refuse_unusable(text);
  return is_plain(text, used) ? std::string(text) : encoded_words(text, used);
}

std::string encode_mailbox(const Mailbox& who, size_t used) {
  refuse_unusable(who.name);
  if (who.name.empty()) return who.address;
  constexpr size_t quotes = 2;
  const std::string name =
      is_plain(who.name, used + quotes) ? quote(who.name) : encoded_words(who.name, used);
  const size_t line_end = name.rfind('\n');
  const size_t taken = line_end == std::string::npos ? used + name.size() : name.size() - line_end - 1;
  const bool fits = taken + who.address.size() + std::string_view(" <>").size() <= line_limit;
  return name + (fits ? " " : std::string(fold)) + "<" + who.address + ">";
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  if (text.ends_with('\n')) text.remove_suffix(1);
  for (std::string_view line : base::split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    out += quoted_printable_line(line) + "\r\n";
  }
  return out;
}

}  // namespace mail
