#include "routes/page.hpp"

#include "base/template.hpp"
#include "base/text.hpp"

namespace routes {
namespace {

std::string host_of(const std::string& base_url) {
  return base_url.substr(std::min(base_url.find("://") + 3, base_url.size()));
}

std::string image_origin(const std::string& logo) {
  const auto url = http::parse_url(logo);
  return url ? " " + url->origin() : "";
}

}  // namespace

Page::Page(const PageOptions& options, const model::Site& site, std::string_view accept_language,
           const std::string& title, crypto::Random& random)
    : options_(options) {
  const std::string language = choose_language(accept_language, languages(options));
  messages_ = read_messages(options, language);
  nonce_ = base::to_base64url(crypto::random_bytes(random, 16));
  const std::string host = host_of(site.base_url);
  for (const char* key : {"backToSite", "mailSubject"}) messages_.set(key, message(key, "{site}", host));
  data = base::Json::object({{"lang", language},
                             {"dir", message("dir")},
                             {"title", message(title)},
                             {"theme", options.theme},
                             {"nonce", nonce_},
                             {"siteUrl", site.base_url},
                             {"siteHost", host},
                             {"brandColor", options.brand_color},
                             {"brandLogo", options.brand_logo},
                             {"t", messages_}});
}

std::string Page::message(std::string_view key) const { return messages_.text_of(key).value_or(""); }

std::string Page::message(std::string_view key, std::string_view slot, std::string_view value) const {
  return base::replace_all(message(key), slot, value);
}

std::string Page::file_of(const std::string& partial, const std::string& page) const {
  if (partial.empty()) return page;
  return partial + (page_file(options_, partial + ".html") ? ".html" : ".css");
}

std::optional<std::string> Page::source(const std::string& name) const {
  // Not out of the folder, whoever wrote the template.
  if (name.starts_with("/") || name.find("..") != std::string::npos) return {};
  if (auto html = page_file(options_, name + ".html")) return html;
  return page_file(options_, name + ".css");
}

std::string Page::fill(const std::string& file_name) const {
  try {
    return base::fill_template(page_file(options_, file_name).value_or(""), data,
                               [this](std::string_view part) { return source(std::string(part)); });
  } catch (const base::TemplateError& error) {
    throw UnusableTemplate(file_of(error.partial, file_name), error.line, error.what());
  }
}

http::Response Page::render(const std::string& name, int status) const {
  http::Response response;
  response.status = status;
  response.body = fill(name + ".html");
  std::string policy = "default-src 'none'; style-src 'nonce-" + nonce_ + "'; img-src 'self'" +
                       image_origin(options_.brand_logo) + "; base-uri 'none'; frame-ancestors 'none'";
  policy += "; form-action " + (form_action.empty() ? std::string("'none'") : form_action);
  response.headers = {{"Content-Type", "text/html; charset=utf-8"},
                      {"Content-Security-Policy", policy},
                      {"Content-Language", data.text_of("lang").value_or("en")},
                      {"Vary", "Accept-Language"}};
  return response;
}

}  // namespace routes
