#include "credentials/kinds.hpp"

namespace credentials {
namespace {

/// For the log: without the query, which may hold a key.
std::string place(const std::string& url) { return url.substr(0, url.find('?')); }

http::Answer post(const Url& kind, const base::Json& fields, http::Client& client) {
  try {
    return client.send({.method = "POST",
                        .url = kind.url,
                        .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
                        .body = base::to_json(fields)});
  } catch (const http::Unreachable& error) {
    throw Unavailable(error.what());
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
