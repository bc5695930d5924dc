#pragma once
// Private to routes/: one page on its way from a template to a response.
#include "base/json.hpp"
#include "routes/routes.hpp"

namespace routes {

/// One of the owner's templates or messages is of no use.
struct UnusableTemplate : model::ConfigError {
  UnusableTemplate(std::string in_file, size_t at_line, std::string why);
  std::string file;  // below the owner's folder, "signin.html"
  size_t line;       // 0 where there is none
  std::string reason;
};

class Page {
 public:
  /// `title`: a message's key. The language is the visitor's, as far as there are messages in it. Throws
  /// UnusableTemplate.
  Page(const PageOptions&, const model::Site&, std::string_view accept_language, const std::string& title,
       crypto::Random&);

  base::Json data;
  std::string form_action;  // for the Content-Security-Policy; "" if the page has no form

  /// The message in the visitor's language; "" if there is none of that key.
  std::string message(std::string_view key) const;
  /// The same with `slot` replaced.
  std::string message(std::string_view key, std::string_view slot, std::string_view value) const;

  /// A template of this whole name, "mail.txt", filled with the data. Throws UnusableTemplate.
  std::string fill(const std::string& file_name) const;
  /// The page, with its Content-Security-Policy. Throws UnusableTemplate.
  http::Response render(const std::string& name, int status) const;

 private:
  std::optional<std::string> source(const std::string& partial) const;
  /// Where a partial stands; without one the page's own file.
  std::string file_of(const std::string& partial, const std::string& page) const;

  const PageOptions& options_;
  base::Json messages_;
  std::string nonce_;
};

/// A credentials provider's form, as the page "signin" has it in `forms`; `action` is where it leads.
base::Json credentials_form(const Page&, const providers::Provider&, const std::string& action);

// --- the files; these throw UnusableTemplate ---

/// "signin.html", "mail.txt"; none if there is neither an own nor a built-in one.
std::optional<std::string> page_file(const PageOptions&, const std::string& name);
/// Those that there are messages in, the owner's first.
std::vector<std::string> languages(const PageOptions&);
/// What an owner's file leaves out is as it is built in; English for a language that is not.
base::Json read_messages(const PageOptions&, const std::string& language);

/// The best of `available` for an Accept-Language header (RFC 9110 §12.5.4); "en" if none fits.
std::string choose_language(std::string_view accept_language, const std::vector<std::string>& available);

}  // namespace routes
