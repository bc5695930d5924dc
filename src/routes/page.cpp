#include "routes/page.hpp"

#include "base/embedded.hpp"
#include "base/file.hpp"
#include "base/template.hpp"
#include "base/text.hpp"

namespace routes {
namespace {

constexpr size_t template_limit = size_t{1} << 20;  // bytes of one's own template
constexpr std::string_view messages_prefix = "templates/messages/";

std::string host_of(const std::string& base_url) {
  return base_url.substr(std::min(base_url.find("://") + 3, base_url.size()));
}

std::vector<std::string> languages() {
  std::vector<std::string> names;
  for (const std::string_view path : base::embedded_paths(messages_prefix))
    names.emplace_back(path.substr(messages_prefix.size(), path.size() - messages_prefix.size() - 5));
  return names;
}

/// The owner's file of this name, else the built-in one.
std::optional<std::string> file(const PageOptions& options, const std::string& name) {
  try {
    if (!options.templates.empty())
      if (auto own = base::read_file(options.templates / name, template_limit)) return own;
  } catch (const std::runtime_error& error) {
    throw model::ConfigError(std::string("templates: ") + error.what());
  }
  if (const auto built_in = base::embedded("templates/" + name)) return std::string(*built_in);
  return {};
}

/// The language's messages; those that an owner's file leaves out are the built-in ones.
base::Json read_messages(const PageOptions& options, const std::string& language) {
  const std::string name = "messages/" + language + ".json";
  base::Json messages = base::parse_json(base::embedded("templates/" + name).value_or("{}"));
  if (options.templates.empty()) return messages;
  try {
    const base::Json own = base::parse_json(file(options, name).value_or("{}"), {.comments = true});
    if (own.is_object())
      for (const auto& [key, text] : own.members()) messages.set(key, text);
  } catch (const base::JsonError& error) {
    throw model::ConfigError("templates: " + name + " line " + std::to_string(error.line) + ": " +
                             error.what());
  }
  return messages;
}

std::string image_origin(const std::string& logo) {
  const auto url = http::parse_url(logo);
  return url ? " " + url->origin() : "";
}

}  // namespace

Page::Page(const PageOptions& options, const model::Site& site, std::string_view accept_language,
           const std::string& title, crypto::Random& random)
    : options_(options) {
  const std::string language = choose_language(accept_language, languages());
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

std::optional<std::string> Page::source(const std::string& name) const {
  // Not out of the folder, whoever wrote the template.
  if (name.starts_with("/") || name.find("..") != std::string::npos) return {};
  if (auto html = file(options_, name + ".html")) return html;
  return file(options_, name + ".css");
}

std::string Page::fill(const std::string& file_name) const {
  try {
    return base::fill_template(file(options_, file_name).value_or(""), data,
                               [this](std::string_view part) { return source(std::string(part)); });
  } catch (const base::TemplateError& error) {
    throw model::ConfigError("templates: " + file_name + ": " + error.what());
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
