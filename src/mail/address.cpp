#include <algorithm>

#include "base/text.hpp"
#include "mail/mail.hpp"
#include "mail/punycode.hpp"

namespace mail {
namespace {

// RFC 5321 §4.5.3.1; the whole fits a path of 256 with its angle brackets.
constexpr size_t local_limit = 64;
constexpr size_t domain_limit = 255;
constexpr size_t address_limit = 254;
constexpr size_t label_limit = 63;    // RFC 1035 §2.3.4
constexpr size_t input_limit = 1024;  // bytes that are looked at at all

constexpr std::string_view letters_and_digits = "abcdefghijklmnopqrstuvwxyz0123456789";

bool consists_of(std::string_view text, std::string_view also) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return letters_and_digits.find(c) != std::string_view::npos || also.find(c) != std::string_view::npos;
  });
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// A dot-atom (RFC 5322 §3.2.3), small letters. Without % and !, by which old servers pass a mail on to
/// another host: bob%evil.example@example.com would count as one of example.com. Without |, a program to
/// some, and without a - in front, an option to others. Nor with what begins an encoded word (RFC 2047): some
/// decode it in addresses, too, and find an @ or a > of another one in it.
bool is_local_part(std::string_view local) {
  if (local.empty() || local.size() > local_limit || local.starts_with('-')) return false;
  if (local.find("=?") != std::string_view::npos) return false;
  const auto atoms = base::split(local, '.');
  return std::all_of(atoms.begin(), atoms.end(), [](std::string_view atom) {
    return !atom.empty() && consists_of(atom, "#$&'*+-/=?^_`{}~");
  });
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= label_limit && !label.starts_with('-') && !label.ends_with('-') &&
         consists_of(label, "-");
}

/// Letters, digits and hyphens; no IP address.
bool is_domain(std::string_view domain) {
  const auto labels = base::split(domain, '.');
  return domain.size() <= domain_limit && std::all_of(labels.begin(), labels.end(), is_label) &&
         !base::is_digits(labels.back());
}

/// "Doe, John" as well as Doe.
std::optional<std::string> read_name(std::string_view text) {
  text = base::trim(text);
  if (!text.starts_with('"')) return std::string(text);
  if (text.size() < 2 || !text.ends_with('"')) return {};
  text = text.substr(1, text.size() - 2);
  std::string name;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    name += text[i];
  }
  return name;
}

}  // namespace

std::optional<std::string> read_host(std::string_view text) {
  if (text.size() > input_limit || text.find('\0') != std::string_view::npos) return {};
  std::optional<std::string> host(text);
  if (!is_ascii(text)) host = to_punycode(*host);
  if (!host) return {};
  host = base::lower(*host);
  return is_domain(*host) ? host : std::nullopt;
}

std::optional<std::string> read_address(std::string_view text) {
  if (base::has_control(text)) return {};
  text = base::trim(text);
  const size_t at = text.find('@');
  if (at == std::string_view::npos) return {};
  const auto domain = read_host(text.substr(at + 1));
  if (!domain) return {};
  const std::string local = base::lower(text.substr(0, at));
  if (!is_local_part(local) || local.size() + 1 + domain->size() > address_limit) return {};
  return local + "@" + *domain;
}

std::string mailbox_of(const std::string& address) {
  const size_t at = std::min(address.find('@'), address.size());
  std::string local = address.substr(0, std::min(at, address.find('+')));
  std::erase(local, '.');
  return local + address.substr(at);
}

std::optional<Mailbox> read_mailbox(std::string_view text) {
  if (!base::is_utf8(text) || base::has_control(text)) return {};
  text = base::trim(text);
  std::string_view address = text;
  std::optional<std::string> name = "";
  if (text.ends_with('>')) {
    const size_t open = text.rfind('<');
    if (open == std::string_view::npos) return {};
    address = text.substr(open + 1, text.size() - open - 2);
    name = read_name(text.substr(0, open));
  }
  auto judged = read_address(address);
  if (!judged || !name) return {};
  return Mailbox{std::move(*name), std::move(*judged)};
}

}  // namespace mail
