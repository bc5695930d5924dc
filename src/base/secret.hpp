#pragma once
// A text that will not print: no stream operator, no conversion; wiped when it goes.
#include <string.h>

#include <string>
#include <string_view>
#include <utility>

namespace base {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) {
    text_.swap(text);
    wipe(text);  // a short one was copied
  }
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept { std::swap(text_, other.text_); }
  Secret& operator=(const Secret& other) {
    if (this != &other) {
      wipe(text_);
      text_ = other.text_;
    }
    return *this;
  }
  Secret& operator=(Secret&& other) noexcept {
    std::swap(text_, other.text_);
    return *this;
  }
  ~Secret() { wipe(text_); }

  /// The text itself, for the one use it is there for.
  std::string_view reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

 private:
  /// A short text is within the object, and stays there when it is moved from: all that it has room for goes.
  static void wipe(std::string& text) noexcept {
    text.resize(text.capacity());
    explicit_bzero(text.data(), text.size());
    text.clear();
  }
  std::string text_;
};

}  // namespace base
