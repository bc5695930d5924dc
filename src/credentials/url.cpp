#include "credentials/kinds.hpp"

namespace credentials {
namespace {

/// For the log: no more than the origin, as path and query may hold a key.
std::string place(const std::string& url) {
  const auto parsed = http::parse_url(url);
  return parsed ? parsed->origin() : "authorize.url";
}

http::Answer post(const Url& kind, const base::Json& fields, http::Client& client) {
  try {
    return client.send({.method = "POST",
                        .url = kind.url,
                        .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
                        .body = base::to_json(fields)});
  } catch (const http::Unreachable& error) {
    throw Unavailable(place(kind.url) + ": " + error.why);
  }
}

}  // namespace

std::optional<base::Json> ask(const Url& kind, const base::Json& fields, const Parts& parts) {
  const http::Answer answer = post(kind, fields, parts.client);
  if (answer.status == 401 || answer.status == 403) return {};
  if (answer.status != 200)
    throw Unavailable(place(kind.url) + ": the status is " + std::to_string(answer.status));
  return read_user(place(kind.url), std::string_view(answer.body));
}

}  // namespace credentials
