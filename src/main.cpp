#include <fcntl.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <utility>

#include "app.hpp"
#include "base/late_streams.hpp"
#include "base/late_tables.hpp"
#include "base/sandbox.hpp"
#include "commands/commands.hpp"
#include "gateway/gateway.hpp"

namespace {

/// Else the next file, or a web server's connection, would have such a number: log lines would go into it.
/// FastCGI's own process manager closes standard output and error (FastCGI §2.2). What is opened instead
/// cannot be written to either: a command must not succeed whose result went nowhere.
void occupy_standard_descriptors() {
  for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number)
    if (::fcntl(number, F_GETFD) < 0) (void)::open("/dev/null", O_RDONLY);
}

std::filesystem::path executable_folder() {
  std::array<char, PATH_MAX> path{};
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
  if (length > 0) return std::filesystem::path(std::string(path.data(), size_t(length))).parent_path();
  // A root of its own may have no /proc. What the program was started as leads there, too.
  std::error_code error;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel gives addresses as numbers.
  const auto* started_as = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
  const auto real = std::filesystem::canonical(started_as ? started_as : "", error);
  return error ? std::filesystem::current_path() : real.parent_path();
}

/// The site, made when the configuration can first be used. While it cannot, every request is answered with
/// 500, the log says why, and the next request looks again: nobody has to restart a process that he may not
/// be able to reach.
class Site {
 public:
  Site() : folder_(executable_folder()) {
    load();
    just_looked_ = true;
  }

  http::Response answer(const http::Request& request) {
    App* app = get();
    return app ? app->answer(request) : routes::unconfigured(request);
  }

  /// Only by a process that stays: CGI would say it with every request.
  void warn_of_exposures() const {
    if (!app_) return;
    for (const config::Problem& problem : config::exposures(app_->config()))
      app_->log().warn("configuration_exposed", {{"reason", problem.text()}});
  }

  void confine() const {
    if (app_) app_->confine();
  }

  /// Whether the configuration came to be usable while requests were served, since this was last asked.
  bool was_mended() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(mended_, false);
  }

  http::Limits limits() const { return app_ ? app_->config().routes.limits : http::Limits{}; }
  int threads() const { return app_ ? app_->config().threads : config::Config{}.threads; }
  const base::Log& log() const { return app_ ? app_->log() : log_; }

 private:
  App* get() {
    const std::scoped_lock lock(mutex_);
    if (!app_ && !std::exchange(just_looked_, false)) {
      load();
      if (app_) begin_anew();
    }
    return app_.get();
  }

  /// A sandbox is for the threads of the one that asks for it, and their number is settled when they start.
  void begin_anew() {
    mended_ = true;
    ::kill(::getpid(), SIGUSR1);
  }

  void load() {
    config::Loaded loaded = config::load(config::process_environment(), folder_);
    for (const config::Problem& problem : loaded.problems)
      if (!problem.warning) log_.error("configuration_error", {{"reason", problem.text()}});
    if (loaded.usable()) app_ = std::make_unique<App>(std::move(loaded.config));
  }

  std::filesystem::path folder_;
  base::Log log_;
  std::mutex mutex_;
  std::unique_ptr<App> app_;
  bool just_looked_ = false;  // the first request need not look again
  bool mended_ = false;
};

/// Once more where the configuration was mended meanwhile: with its threads, and in its sandbox.
int run_fastcgi(Site& site, const gateway::Handler& handler) {
  int code = 0;
  do {
    site.warn_of_exposures();
    // Not as CGI: that is over after one request, and would be late with it.
    site.confine();
    code = gateway::run_fastcgi(site.threads(), site.limits(), handler, site.log());
  } while (site.was_mended());
  return code;
}

int run(int argc, char** argv) {
  // A peer that hangs up is an error of that write, not the process's end.
  (void)std::signal(SIGPIPE, SIG_IGN);
  occupy_standard_descriptors();
  const bool fastcgi = gateway::is_fastcgi();
  // As CGI, arguments are somebody's query (RFC 3875 §4.4): never commands.
  const bool cgi = !fastcgi && std::getenv("GATEWAY_INTERFACE");
  if (cgi)
    base::relocate_late_tables_when_touched();
  else
    base::relocate_late_tables();
  if (!fastcgi && !cgi) {
    base::make_standard_streams();
    return commands::run({argv + std::min(1, argc), argv + argc}, executable_folder());
  }
  base::keep_memory_private();
  Site site;
  const gateway::Handler handler = [&site](const http::Request& request) { return site.answer(request); };
  return cgi ? gateway::run_cgi(site.limits(), handler, site.log()) : run_fastcgi(site, handler);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    (void)std::fprintf(stderr, "nextauth.fcgi: %s\n", error.what());
    return 1;
  }
}
