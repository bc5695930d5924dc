#pragma once
// Small questions about text and its encodings.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

/// Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF).
bool is_utf8(std::string_view);
/// No byte above 0x7F.
bool is_ascii(std::string_view);
/// Any of U+0000–U+001F and U+007F.
bool has_control(std::string_view);
/// Digits only, at least one.
bool is_digits(std::string_view);

/// ASCII letters made small; the rest is kept.
std::string lower(std::string_view);
bool equal_ignoring_case(std::string_view, std::string_view);
/// Without spaces, tabs and line ends at both ends.
std::string_view trim(std::string_view);

/// Some editors begin a file with it, unasked.
std::string_view without_byte_order_mark(std::string_view);
/// The parts between the separators; one empty part for an empty text.
std::vector<std::string_view> split(std::string_view, char separator);
/// The parts with the separator between them.
std::string join(const std::vector<std::string>&, std::string_view separator);
/// With every `from` replaced.
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);
/// At most `limit` bytes, cut at a character's boundary.
std::string_view cut(std::string_view, size_t limit);

/// Lower-case hexadecimal.
std::string to_hex(std::string_view bytes);
/// The same, at `to`, where there is room for two digits for each byte.
void write_hex(char* to, std::string_view bytes);
/// Base 64 with padding (RFC 4648 §4).
std::string to_base64(std::string_view bytes);
/// Base 64 for URLs, without padding (RFC 4648 §5; RFC 7515 §2).
std::string to_base64url(std::string_view bytes);
/// The same, at the end of a text.
void append_base64url(std::string& out, std::string_view bytes);
/// The bytes; none if there is padding, another character, or left-over bits that are not zero.
std::optional<std::string> from_base64url(std::string_view);

}  // namespace base
