// "{first} {last}" without a last name: "Jane", where v3 writes "Jane undefined".
#include "providers/expression.hpp"

namespace providers {
namespace {

struct Part {
  std::string text;
  bool literal = false, missing = false;
};

std::vector<Part> parts(std::string_view text, const Find& find) {
  std::vector<Part> result;
  for (const Piece& piece : pieces(text)) {
    if (!piece.placeholder) {
      result.push_back({piece.text, true, false});
      continue;
    }
    const auto value = find(piece.text);
    if (piece.modulo)
      result.push_back({remainder(value, piece.modulo), false, false});
    else if (!value || value->is_null())
      result.push_back({"", false, true});
    else
      result.push_back({as_text(*value), false, false});
  }
  return result;
}

bool drop_spaces_at_end(std::string& text) {
  const size_t before = text.size();
  text.erase(text.find_last_not_of(' ') + 1);
  return text.size() != before;
}

bool drop_spaces_at_start(std::string& text) {
  const size_t before = text.size();
  text.erase(0, text.find_first_not_of(' '));
  return text.size() != before;
}

}  // namespace

base::Json fill_leniently(std::string_view text, const Find& find) {
  std::vector<Part> all = parts(text, find);
  std::string result;
  bool gap = false;  // a part with spaces on both sides is gone: one space must still divide its neighbours
  for (size_t i = 0; i < all.size(); ++i) {
    if (!all[i].missing) {
      if (gap && !result.empty() && !all[i].text.empty()) result += ' ';
      gap = gap && all[i].text.empty();
      result += all[i].text;
    } else {
      const bool before = i > 0 && all[i - 1].literal && drop_spaces_at_end(result);
      const bool after = i + 1 < all.size() && all[i + 1].literal && drop_spaces_at_start(all[i + 1].text);
      gap = gap || (before && after);
    }
  }
  if (result.empty()) return nullptr;
  return result;
}

}  // namespace providers
