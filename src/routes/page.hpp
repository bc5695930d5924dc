#pragma once
// Private to routes/: one page on its way from a template to a response.
#include "base/json.hpp"
#include "routes/routes.hpp"

namespace routes {

class Page {
 public:
  /// `title`: a message's key. The language is the visitor's, as far as there are messages in it.
  Page(const PageOptions&, const model::Site&, std::string_view accept_language, const std::string& title,
       crypto::Random&);

  base::Json data;
  std::string form_action;  // for the Content-Security-Policy; "" if the page has no form

  /// The message in the visitor's language; "" if there is none of that key.
  std::string message(std::string_view key) const;
  /// The same with `slot` replaced.
  std::string message(std::string_view key, std::string_view slot, std::string_view value) const;

  /// A template of this whole name, "mail.txt", filled with the data. An own one that is of no use is a
  /// ConfigError.
  std::string fill(const std::string& file_name) const;
  /// The page, with its Content-Security-Policy. An own template that is of no use is a ConfigError.
  http::Response render(const std::string& name, int status) const;

 private:
  std::optional<std::string> source(const std::string& name) const;

  const PageOptions& options_;
  base::Json messages_;
  std::string nonce_;
};

/// A credentials provider's form, as the page "signin" has it in `forms`; `action` is where it leads.
base::Json credentials_form(const Page&, const providers::Provider&, const std::string& action);

/// The best of `available` for an Accept-Language header (RFC 9110 §12.5.4); "en" if none fits.
std::string choose_language(std::string_view accept_language, const std::vector<std::string>& available);

}  // namespace routes
