// Value: one field of a config struct, whatever its type, so that the code that reads, prints and
// describes configs exists once and not once per struct.
#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "core/json.h"

namespace reprise {

class Fields;
class Problems;
class StructValue;
class ListValue;
class OptionalValue;

// What a field can be. The pointers refer to the field itself; so do the three views.
using Value = std::variant<bool*, int64_t*, double*, std::string*, std::filesystem::path*, Json*,
                           std::shared_ptr<StructValue>, std::shared_ptr<ListValue>,
                           std::shared_ptr<OptionalValue>>;
using ValueVisitor = std::function<void(const Value&)>;

class StructValue {
 public:
  virtual ~StructValue() = default;
  virtual void fields(Fields& fields) = 0;
  virtual void check(Problems& problems) const = 0;
  // The key of the field that a plain string stands for; "" when there is none.
  virtual std::string_view shorthand_key() const = 0;
  // The same for a plain list.
  virtual std::string_view list_shorthand_key() const = 0;
  // Lets `use` change a copy.
  virtual void with_copy(const std::function<void(StructValue&)>& use) const = 0;
};

class ListValue {
 public:
  virtual ~ListValue() = default;
  virtual bool takes_one() const = 0;  // an element without brackets is a list of one
  virtual void clear() = 0;
  virtual void append(const ValueVisitor& fill) = 0;         // a default element, changed by `fill`
  virtual void each(const ValueVisitor& visit) const = 0;    // copies of the elements, in order
  virtual void sample(const ValueVisitor& visit) const = 0;  // a default element that stays outside
};

class OptionalValue {
 public:
  virtual ~OptionalValue() = default;
  virtual void reset() = 0;
  virtual void emplace(const ValueVisitor& fill) = 0;      // a default value, changed by `fill`
  virtual void each(const ValueVisitor& visit) const = 0;  // a copy of the value if there is one
  virtual void sample(const ValueVisitor& visit) const = 0;
};

// A list that may also be written as one element: 5 is [5].
template <class T>
struct OneOrMore {
  std::vector<T> values;

  OneOrMore() = default;
  OneOrMore(T one) : values{std::move(one)} {}  // NOLINT: as it is written in a file
  OneOrMore(std::initializer_list<T> all) : values(all) {}
};

// A struct that lists its fields; see config.h.
template <class T>
concept ConfigStruct = requires(T config, Fields& fields) {
  config.fields(fields);
};

template <class T>
Value value_of(T& field);

namespace detail {

template <ConfigStruct T>
class StructOf final : public StructValue {
 public:
  explicit StructOf(T& config) : config_(config) {}
  void fields(Fields& fields) override { config_.fields(fields); }
  void check(Problems& problems) const override {
    if constexpr (requires { config_.check(problems); }) config_.check(problems);
  }
  std::string_view shorthand_key() const override {
    if constexpr (requires { T::shorthand_key(); }) return T::shorthand_key();
    return {};
  }
  std::string_view list_shorthand_key() const override {
    if constexpr (requires { T::list_shorthand_key(); }) return T::list_shorthand_key();
    return {};
  }
  void with_copy(const std::function<void(StructValue&)>& use) const override {
    T copy = config_;
    StructOf<T> view(copy);
    use(view);
  }

 private:
  T& config_;
};

template <class T>
class ListOf final : public ListValue {
 public:
  explicit ListOf(std::vector<T>& list, bool takes_one = false)
      : list_(list), takes_one_(takes_one) {}
  bool takes_one() const override { return takes_one_; }
  void clear() override { list_.clear(); }
  void append(const ValueVisitor& fill) override {
    T element{};
    fill(value_of(element));
    list_.push_back(std::move(element));
  }
  void each(const ValueVisitor& visit) const override {
    for (T element : list_) visit(value_of(element));
  }
  void sample(const ValueVisitor& visit) const override {
    T element{};
    visit(value_of(element));
  }

 private:
  std::vector<T>& list_;
  bool takes_one_;
};

template <class T>
class OptionalOf final : public OptionalValue {
 public:
  explicit OptionalOf(std::optional<T>& optional) : optional_(optional) {}
  void reset() override { optional_.reset(); }
  void emplace(const ValueVisitor& fill) override {
    T value{};
    fill(value_of(value));
    optional_ = std::move(value);
  }
  void each(const ValueVisitor& visit) const override {
    if (!optional_) return;
    T value = *optional_;
    visit(value_of(value));
  }
  void sample(const ValueVisitor& visit) const override {
    T value{};
    visit(value_of(value));
  }

 private:
  std::optional<T>& optional_;
};

template <class T>
struct Wrapped : std::false_type {};
template <class T>
struct Wrapped<std::vector<T>> : std::true_type {
  static Value view(std::vector<T>& list) { return std::make_shared<ListOf<T>>(list); }
};
template <class T>
struct Wrapped<OneOrMore<T>> : std::true_type {
  static Value view(OneOrMore<T>& list) {
    return std::make_shared<ListOf<T>>(list.values, true);
  }
};
template <class T>
struct Wrapped<std::optional<T>> : std::true_type {
  static Value view(std::optional<T>& value) { return std::make_shared<OptionalOf<T>>(value); }
};

template <class T>
concept PlainField = std::same_as<T, bool> || std::same_as<T, int64_t> || std::same_as<T, double> ||
    std::same_as<T, std::string> || std::same_as<T, std::filesystem::path> || std::same_as<T, Json>;

}  // namespace detail

template <class T>
Value value_of(T& field) {
  if constexpr (detail::PlainField<T>) {
    return &field;
  } else if constexpr (detail::Wrapped<T>::value) {
    return detail::Wrapped<T>::view(field);
  } else {
    static_assert(ConfigStruct<T>,
                  "a config field is a bool, int64_t, double, std::string, std::filesystem::path, "
                  "Json, a struct with fields(), or a std::vector, OneOrMore or std::optional of "
                  "those");
    return std::make_shared<detail::StructOf<T>>(field);
  }
}

}  // namespace reprise
