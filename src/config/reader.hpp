#pragma once
// Private to config/: reads one object of the configuration and notes what is wrong with it.
#include "base/json.hpp"
#include "config/config.hpp"

namespace config {

/// Comments and trailing commas are welcome; a key that comes twice is a mistake.
constexpr base::JsonOptions file_syntax{.comments = true, .unique_members = true};
constexpr std::string_view sqlite_scheme = "sqlite:";   // of a database's URL, before its path
constexpr size_t configuration_size = size_t{1} << 20;  // bytes at most
constexpr long long longest_age = 10LL * 365 * 86400;  // seconds that a session or a link may live: ten years

/// What is wrong so far, and where values stand in the file.
struct Notes {
  std::string file;
  std::string text;  // of the file: its lines are counted when the first problem shows up
  std::vector<Problem> problems;
  http::Pairs variables;   // that were replaced, and their values: a complaint names them, and repeats none
  http::Pairs overridden;  // pointers, and the variables whose values count instead of the file's

  /// `pointer`: a JSON Pointer; the line is that of the nearest value that has one.
  void error(const std::string& pointer, const std::string& message);
  void warn(const std::string& pointer, const std::string& message);
  /// An error about a value that cannot be known. What it would lead to is not complained of besides.
  void unknown(const std::string& pointer, const std::string& message);

 private:
  bool follows_from_unknown(const std::string& pointer) const;
  void add(const std::string& pointer, const std::string& message, bool warning);
  size_t line_of(std::string pointer);
  std::string without_values(std::string message) const;

  std::optional<base::JsonLines> lines_;
  std::vector<std::string> unknown_;
};

class Reader {
 public:
  /// Complains about members that are not among `known`, with the nearest of them.
  Reader(const base::Json& object, std::string pointer, Notes&, const std::vector<std::string_view>& known);

  /// The member; null pointer if it is absent.
  const base::Json* find(std::string_view key) const { return object_.find(key); }
  std::string pointer(std::string_view key) const { return pointer_ + "/" + std::string(key); }
  /// These leave `out` as it is where the member is absent or, with a complaint, of another type or range.
  void text(std::string_view key, std::string& out) const;
  void boolean(std::string_view key, bool& out) const;
  void one_of(std::string_view key, const std::vector<std::string_view>& words, std::string& out) const;
  template <typename Integer>
  void number(std::string_view key, Integer& out, long long least, long long most) const {
    if (const auto value = read_number(key, least, most)) out = Integer(*value);
  }
  /// The member if it is an object; with a complaint if it is something else.
  const base::Json* object(std::string_view key) const;
  void complain(std::string_view key, const std::string& message) const {
    notes_.error(pointer(key), message);
  }
  Notes& notes() const { return notes_; }

 private:
  std::optional<long long> read_number(std::string_view key, long long least, long long most) const;

  const base::Json& object_;
  std::string pointer_;
  Notes& notes_;
};

// The sections; each complains about what it cannot use.
void read_site(const Reader&, Config&);
void read_database(const Reader&, Config&, const std::filesystem::path& folder);
void read_sessions(const Reader&, Config&);
void read_pages(const Reader&, Config&, const std::filesystem::path& folder);
void read_callbacks(const Reader&, Config&, const std::filesystem::path& folder);
void read_cookies(const Reader&, Config&);
void read_limits(const Reader&, Config&);
void read_rate_limits(const Reader&, Config&);
void read_providers(const Reader&, Config&);
/// After callbacks, database and providers, which it refers to.
void read_protect(const Reader&, Config&);

// These leave alone what has been complained about: a key of another type.
/// What an email provider's keys say; its server, which may hold a password, is not kept in the entry.
void read_email(const base::Json& configured, providers::Provider&, const std::string& pointer, Notes&,
                Config&);
/// What a credentials provider has of its own; complains likewise. `authorize` is taken out of its entry.
void read_credentials(providers::Provider&, const std::string& pointer, Notes&, Config&);

/// "sqlite:PATH" with the path absolute; none if it is something else.
std::optional<std::string> sqlite_url(const std::string& url, const std::filesystem::path& folder);

/// Replaces ${NAME} in every string; a variable that is not set is a complaint.
void replace_variables(base::Json&, const std::string& pointer, const Environment&, Notes&);

}  // namespace config
