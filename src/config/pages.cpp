#include "base/text.hpp"
#include "config/reader.hpp"

namespace config {
namespace {

/// A page of the site's own: a path, or an http(s) URL; or none, as v3's documentation writes "newUser":
/// null.
void read_page(const Reader& pages, std::string_view key, std::string& out) {
  if (const base::Json* value = pages.find(key); value && value->is_null()) return;
  std::string page;
  pages.text(key, page);
  if (page.empty()) return;
  const bool is_path = page.front() == '/' && !page.starts_with("//") && page.find('\\') == std::string::npos;
  if (!is_path && !http::parse_url(page))
    return pages.complain(key, "must be a path (\"/signin\") or an http(s) URL");
  out = page;
}

bool is_color(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdefABCDEF";
  if (!text.starts_with("#") || text.find_first_not_of(hex, 1) != std::string_view::npos) return false;
  return text.size() == 4 || text.size() == 7;
}

void read_brand(const Reader& reader, routes::PageOptions& page) {
  const base::Json* object = reader.object("brand");
  if (!object) return;
  const Reader brand(*object, "/brand", reader.notes(), {"color", "logo"});
  brand.text("color", page.brand_color);
  if (!page.brand_color.empty() && !is_color(page.brand_color))
    brand.complain("color", "must be a colour as \"#0a7\" or \"#00aa77\"");
  read_page(brand, "logo", page.brand_logo);
}

}  // namespace

void read_pages(const Reader& reader, Config& config, const std::filesystem::path& folder) {
  if (const base::Json* object = reader.object("pages")) {
    const Reader pages(*object, "/pages", reader.notes(),
                       {"signIn", "signOut", "error", "verifyRequest", "newUser"});
    read_page(pages, "signIn", config.routes.pages.sign_in);
    read_page(pages, "signOut", config.routes.pages.sign_out);
    read_page(pages, "error", config.routes.pages.error);
    read_page(pages, "verifyRequest", config.routes.pages.verify_request);
    read_page(pages, "newUser", config.routes.pages.new_user);
  }
  reader.one_of("theme", {"auto", "light", "dark"}, config.routes.page.theme);
  read_brand(reader, config.routes.page);
  std::string templates;
  reader.text("templates", templates);
  if (templates.empty()) return;
  config.routes.page.templates = folder / templates;
  std::error_code error;
  if (!std::filesystem::is_directory(config.routes.page.templates, error))
    reader.complain("templates", "there is no folder " + config.routes.page.templates.string());
}

}  // namespace config
