#pragma once
// What somebody who mistyped a word may have meant.
#include <string>
#include <string_view>
#include <vector>

namespace base {

/// The known word nearest to this one, upper and lower case taken as the same; empty if none is near.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known);

/// " (did you mean "clientId"?)", to end a complaint with; empty if no known word is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace base
