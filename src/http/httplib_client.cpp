#include <httplib.h>
#include <nss.h>
#include <openssl/ssl.h>
#include <sys/auxv.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <vector>

#include "base/late_library.hpp"
#include "base/late_tables.hpp"
#include "base/text.hpp"
#include "base/waiting.hpp"
#include "http/client.hpp"
#include "http/httplib_stream.hpp"
#include "http/lookup.hpp"
#include "http/watchdog.hpp"

namespace http {
namespace {

using Deadline = Lookups::Deadline;

/// Where the usual distributions keep the certificates of those to be trusted.
std::string ca_bundle() {
  if (const char* named = std::getenv("SSL_CERT_FILE"); named && *named) return named;
  constexpr std::array places{"/etc/ssl/certs/ca-certificates.crt",
                              "/etc/pki/tls/certs/ca-bundle.crt",
                              "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
                              "/etc/ssl/ca-bundle.pem",
                              "/var/lib/ca-certificates/ca-bundle.pem",
                              "/etc/ssl/cert.pem",
                              "/usr/local/share/certs/ca-root-nss.crt"};
  for (const char* place : places)
    if (std::error_code error; std::filesystem::exists(place, error)) return place;
  return {};
}

/// The statically linked executable asks /etc/hosts and DNS itself. The other lookups that /etc/nsswitch.conf
/// may name are shared libraries made for that machine's own glibc, which can be another than ours.
void keep_lookups_inside() {
  static const int once = [] {
    const bool statically_linked = ::getauxval(AT_BASE) == 0;  // no dynamic loader
    return statically_linked ? ::__nss_configure_lookup("hosts", "files dns") : 0;
  }();
  if (once != 0) throw Unreachable("host names cannot be looked up");
}

/// The library initialises OpenSSL as it is loaded: without the texts of error numbers, which nobody sees.
void load_libraries() {
  (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, nullptr);
  constexpr std::string_view version = CPPHTTPLIB_VERSION;  // the file has the first two of its numbers
  static const base::LateLibrary httplib(
      "libcpp-httplib.so." + std::string(version.substr(0, version.rfind('.'))), "7httplib");
  static const base::LateLibrary tls("libssl.so." + std::to_string(OPENSSL_SHLIB_VERSION), "SSL_");
}

/// A connection to one origin, and what watches over it.
struct Connection {
  SocketWatch socket;
  Deadline deadline;  // of the request it is used for
  size_t left = 0;    // bytes of its answer that may still come
  std::chrono::steady_clock::time_point good_until{};
  std::unique_ptr<httplib::ClientImpl> client;
};

std::unique_ptr<httplib::ClientImpl> connect_to(const Url& url, const Lookups& lookups,
                                                const Deadline& deadline, size_t& left) {
  load_libraries();
  keep_lookups_inside();
  std::string host = url.host;
  if (host.front() == '[') host = host.substr(1, host.size() - 2);
  if (url.scheme == "http")
    return std::make_unique<BoundedClient<httplib::ClientImpl>>(host, url.port, lookups, deadline, left);
  base::relocate_late_tables();
  auto client = std::make_unique<BoundedClient<httplib::SSLClient>>(host, url.port, lookups, deadline, left);
  client->set_ca_cert_path(ca_bundle());
  client->enable_server_certificate_verification(true);
  SSL_CTX_set_min_proto_version(client->ssl_context(), TLS1_2_VERSION);
  return client;
}

/// The address without its query, which may hold a secret.
std::string place(const Url& url) { return url.origin() + url.path; }

/// How many bytes "Range: bytes=0-511" asks for; 0 if all are wanted.
size_t wanted_of(const Outgoing& request) {
  constexpr std::string_view from_the_beginning = "bytes=0-";
  size_t last = 0;
  for (const auto& [name, value] : request.headers)
    if (name == "Range" && value.starts_with(from_the_beginning) &&
        std::from_chars(value.data() + from_the_beginning.size(), value.data() + value.size(), last).ec ==
            std::errc{})
      return last + 1;
  return 0;
}

/// In words for the site's owner.
std::string why(httplib::Error error) {
  using enum httplib::Error;
  static constexpr std::array<std::pair<httplib::Error, const char*>, 6> reasons{
      {{Connection, "no connection can be made"},
       {Read, "the answer cannot be read"},
       {Write, "the request cannot be sent"},
       {SSLConnection, "no TLS connection can be made"},
       {SSLLoadingCerts, "the certificates to be trusted cannot be read"},
       {SSLServerVerification, "its certificate is not to be trusted"}}};
  for (const auto& [code, text] : reasons)
    if (code == error) return text;
  return httplib::to_string(error);
}

/// RFC 9112 §6.3: where the answer ends would be anybody's guess.
bool has_two_lengths(const httplib::Response& answer) {
  const auto [first, end] = answer.headers.equal_range("Content-Length");
  return std::any_of(first, end, [&first = first](const auto& one) { return one.second != first->second; });
}

class HttplibClient : public Client {
 public:
  explicit HttplibClient(ClientOptions options) : options_(std::move(options)) {}

  Answer send(const Outgoing& request) override {
    const Deadline deadline = std::chrono::steady_clock::now() + options_.total_timeout;
    constexpr int redirect_limit = 3;
    Outgoing next = request;
    for (int redirects = 0;; ++redirects) {
      const auto url = parse_url(next.url);
      if (!url || url->userinfo) throw Unreachable("not an http(s) URL");
      if (!options_.plain_http && !is_trustworthy(*url))
        throw Unreachable(place(*url), "plain http is for loopback addresses only");
      Answer answer = wait_for(next, *url, deadline);
      const std::string target = request.follow ? redirect_target(answer, *url) : std::string();
      if (target.empty() || redirects == redirect_limit) return answer;
      next.url = target;
    }
  }

 private:
  /// Where a redirect leads, if that is the same origin; else "". Tokens must not go to another host.
  static std::string redirect_target(const Answer& answer, const Url& from) {
    if (answer.status < 301 || answer.status > 308 || (answer.status > 303 && answer.status < 307)) return {};
    std::string location = answer.header("Location");
    if (location.starts_with("/") && !location.starts_with("//")) location = from.origin() + location;
    const auto to = parse_url(location);
    return to && to->origin() == from.origin() ? location : std::string();
  }

  Answer wait_for(const Outgoing& request, const Url& url, Deadline deadline) {
    try {
      const base::Waiting waiting;
      return send_once(request, url, deadline);
    } catch (const base::Busy& busy) {
      throw Unreachable(place(url), busy.what());
    }
  }

  Answer send_once(const Outgoing& request, const Url& url, Deadline deadline) {
    std::unique_ptr<Connection> connection = take(url);
    connection->deadline = deadline;
    connection->left = options_.answer_limit + header_allowance;
    Answer answer;
    {
      Watch watch(watchdog_, connection->socket, deadline, connection->left);
      const size_t wanted = wanted_of(request);
      bool too_large = false;
      const httplib::Result result =
          ask(*connection, translate(request, url, wanted, answer, too_large), url);
      if (has_enough(wanted, answer)) return answer;
      if (too_large || (!result && connection->left == 0))
        throw Unreachable(place(url), "the answer is too large");
      if (*watch.reason() != '\0') throw Unreachable(place(url), watch.reason());
      // The library's own timeout for a read may be the first to notice.
      if (!result && std::chrono::steady_clock::now() >= deadline) throw Unreachable(place(url), "timed out");
      if (!result) throw Unreachable(place(url), why(result.error()));
      if (has_two_lengths(*result)) throw Unreachable(place(url), "the answer has two lengths");
      take_head(*result, answer);
    }
    connection->good_until = std::chrono::steady_clock::now() + idle_lifetime(answer);
    give_back(url, std::move(connection));
    return answer;
  }

  static httplib::Result ask(Connection& connection, const httplib::Request& request, const Url& url) {
    try {
      return connection.client->send(request);
    } catch (const Unreachable& unknown) {  // the host
      throw Unreachable(place(url), unknown.why);
    } catch (const std::logic_error&) {  // the library's, for numbers that it cannot read
      throw Unreachable(place(url), "the answer is no HTTP");
    }
  }

  static void take_head(const httplib::Response& response, Answer& answer) {
    answer.status = response.status;
    answer.headers.assign(response.headers.begin(), response.headers.end());
  }

  /// A server may take no notice of Range and send all of it, however large that is.
  static bool has_enough(size_t wanted, const Answer& answer) {
    return wanted > 0 && answer.body.size() >= wanted;
  }

  httplib::Request translate(const Outgoing& request, const Url& url, size_t wanted, Answer& answer,
                             bool& too_large) const {
    httplib::Request out;
    out.method = request.method;
    out.path = url.target();
    for (const auto& [name, value] : request.headers) {
      // The library writes them as they are: a line break in one would begin another.
      if (base::has_control(name) || base::has_control(value))
        throw Unreachable(place(url), "a header of the request has a control character");
      out.headers.emplace(name, value);
    }
    // GitHub and others refuse a request without one.
    if (!out.has_header("User-Agent")) out.headers.emplace("User-Agent", options_.user_agent);
    if (!out.has_header("Accept-Encoding")) out.headers.emplace("Accept-Encoding", "identity");
    out.body = request.body;
    out.response_handler = [&answer](const httplib::Response& response) {
      take_head(response, answer);
      return true;
    };
    out.content_receiver = [&answer, &too_large, wanted, limit = options_.answer_limit](
                               const char* data, size_t length, auto, auto) {
      too_large = answer.body.size() + length > limit;
      if (!too_large) answer.body.append(data, length);
      return !too_large && !has_enough(wanted, answer);
    };
    return out;
  }

  std::unique_ptr<Connection> take_kept(const std::string& origin) {
    const std::scoped_lock lock(mutex_);
    const auto found = idle_.find(origin);
    if (found == idle_.end()) return {};
    auto connection = std::move(found->second.back());
    found->second.pop_back();
    if (found->second.empty()) idle_.erase(found);
    return connection;
  }

  /// Bytes that nobody has asked for, behind the last answer, would be taken for the next one, and so one
  /// person's profile for another's. A connection that was idle for long may be dead without a sign of it:
  /// firewalls on the way forget connections, silently.
  static bool is_good(const Connection& connection) {
    return std::chrono::steady_clock::now() < connection.good_until && connection.socket.is_quiet();
  }

  /// A server may say how long it keeps a connection that is idle ("Keep-Alive: timeout=5", RFC 2068
  /// §19.7.1.1; Node.js and Apache do). A request that is sent as it closes is lost, and that of a token
  /// cannot be repeated.
  std::chrono::milliseconds idle_lifetime(const Answer& answer) const {
    constexpr std::chrono::seconds before_it_closes{1};
    constexpr std::chrono::seconds far = std::chrono::hours(1);
    const auto said = answer.seconds("Keep-Alive", "timeout").value_or(far);
    return std::min<std::chrono::milliseconds>(
        options_.idle_lifetime, std::clamp(said, std::chrono::seconds(0), far) - before_it_closes);
  }

  std::unique_ptr<Connection> take(const Url& url) {
    if (auto kept = take_kept(url.origin())) {
      if (!is_good(*kept)) kept->client->stop();  // it will connect anew
      return kept;
    }
    auto connection = std::make_unique<Connection>();
    connection->client = connect_to(url, lookups_, connection->deadline, connection->left);
    SocketWatch& socket = connection->socket;
    connection->client->set_socket_options([&socket](socket_t descriptor) { socket.opened(descriptor); });
    connection->client->set_connection_timeout(options_.connect_timeout);
    connection->client->set_read_timeout(options_.total_timeout);
    connection->client->set_write_timeout(options_.total_timeout);
    connection->client->set_keep_alive(true);
    connection->client->set_url_encode(false);
    return connection;
  }

  void give_back(const Url& url, std::unique_ptr<Connection> connection) {
    constexpr size_t idle_limit = 8;     // connections to one origin
    constexpr size_t origin_limit = 64;  // a token may name hosts, and a provider have any number of them
    const std::scoped_lock lock(mutex_);
    const std::string origin = url.origin();
    if (idle_.size() >= origin_limit && idle_.find(origin) == idle_.end()) idle_.erase(idle_.begin());
    auto& idle = idle_[origin];
    if (idle.size() < idle_limit) idle.push_back(std::move(connection));
  }

  static constexpr size_t header_allowance = size_t{1} << 18;  // bytes of headers and TLS framing

  ClientOptions options_;
  Lookups lookups_;
  Watchdog watchdog_;
  std::mutex mutex_;
  std::map<std::string, std::vector<std::unique_ptr<Connection>>> idle_;  // none of them empty
};

}  // namespace

std::string Answer::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (base::equal_ignoring_case(key, name)) return value;
  return {};
}

std::optional<std::chrono::seconds> Answer::seconds(std::string_view header, std::string_view name) const {
  const std::string text = base::lower(this->header(header));
  const size_t at = text.find(std::string(name) + '=');
  if (at == std::string::npos) return {};
  long long count = 0;
  const char* digits = text.data() + at + name.size() + 1;
  if (std::from_chars(digits, text.data() + text.size(), count).ec != std::errc{}) return {};
  return std::chrono::seconds(count);
}

std::unique_ptr<Client> make_client(ClientOptions options) {
  return std::make_unique<HttplibClient>(std::move(options));
}

}  // namespace http
