#include <charconv>

#include "config/reader.hpp"

namespace config {
namespace {

/// "30/10m": so many within so many s, m, h or d.
std::optional<auth::Rate> parse_rate(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos || text.size() < slash + 3) return {};
  const char unit = text.back();
  const long long seconds = unit == 's' ? 1 : unit == 'm' ? 60 : unit == 'h' ? 3600 : unit == 'd' ? 86400 : 0;
  unsigned count = 0, length = 0;
  const char* bar = text.data() + slash;
  const char* end = text.data() + text.size() - 1;
  if (std::from_chars(text.data(), bar, count).ptr != bar || std::from_chars(bar + 1, end, length).ptr != end)
    return {};
  constexpr unsigned most = 100000;
  if (seconds == 0 || count == 0 || count > most || length == 0 || length > most) return {};
  return auth::Rate{count, auth::Seconds(seconds * length)};
}

void read_rate(const Reader& limits, std::string_view key, auth::Rate& out) {
  const base::Json* value = limits.find(key);
  if (!value) return;
  if (value->is_null()) {
    out = {};
    return;
  }
  const auto rate = value->is_string() ? parse_rate(value->text()) : std::nullopt;
  if (!rate)
    return limits.complain(key,
                           "must be a number of attempts within a time, as \"30/10m\", or null for no limit");
  out = *rate;
}

}  // namespace

void read_rate_limits(const Reader& reader, Config& config) {
  if (const base::Json* object = reader.object("rateLimits")) {
    const Reader limits(*object, "/rateLimits", reader.notes(), {"address", "account", "recipient"});
    read_rate(limits, "address", config.routes.rate_limits.address);
    read_rate(limits, "account", config.routes.rate_limits.account);
    read_rate(limits, "recipient", config.routes.rate_limits.recipient);
  }
  const base::Json* proxies = reader.find("trustedProxies");
  if (!proxies) return;
  if (!proxies->is_array())
    return reader.complain("trustedProxies", "must be a list of addresses: [\"127.0.0.1\"]");
  for (const base::Json& proxy : proxies->elements()) {
    auto range = proxy.is_string() ? http::parse_address_range(proxy.text()) : std::nullopt;
    if (!range)
      return reader.complain("trustedProxies",
                             "must be addresses or ranges, as \"127.0.0.1\" or \"10.0.0.0/8\"");
    config.routes.trusted_proxies.push_back(std::move(*range));
  }
}

}  // namespace config
