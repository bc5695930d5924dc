#pragma once
// What the router answers, for those who want to know.
#include <string_view>
#include <vector>

namespace routes {

/// A row of the router's table.
struct ListedRoute {
  std::string_view method;    // "GET"; a HEAD is answered as one too
  std::string_view action;    // "signin"
  std::string_view provider;  // the kind that stands behind the action: "oauth", "email"; "" for none
  bool csrf = false;          // needs `csrfToken`
  bool guards = false;        // is there only where `protect` is configured
};
std::vector<ListedRoute> list_routes();

}  // namespace routes
