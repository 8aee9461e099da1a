#pragma once

#include <millwright/core/time.hpp>

#include <cstddef>
#include <memory>
#include <open62541/client.h>
#include <optional>
#include <string>
#include <string_view>

/// What the sources over open62541 share. Nothing else includes this: the library's headers are large.
namespace millwright::telemetry::opcua {

/// A value of the library's types, `UA_TYPES[Index]`, that is cleared when it goes.
template <typename T, std::size_t Index>
class Owned {
public:
    Owned() = default;
    explicit Owned(const T& value) : value_{value} {}
    ~Owned() { UA_clear(&value_, &UA_TYPES[Index]); }
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;

    T& operator*() { return value_; }
    T* operator->() { return &value_; }

private:
    T value_{};
};

struct DeleteClient {
    void operator()(UA_Client* client) const { UA_Client_delete(client); }
};
using ClientOwner = std::unique_ptr<UA_Client, DeleteClient>;

[[nodiscard]] inline std::string_view view(const UA_String& text) {
    return {reinterpret_cast<const char*>(text.data), text.length};
}
/// The same bytes as the library sees them: valid while `text` is, never to be cleared or written to.
[[nodiscard]] inline UA_String borrowed(std::string_view text) {
    return {text.size(), reinterpret_cast<UA_Byte*>(const_cast<char*>(text.data()))}; // NOLINT: the library only reads it
}
/// A copy that the library frees.
[[nodiscard]] inline UA_String copied(std::string_view text) {
    UA_String copy{};
    const UA_String from = borrowed(text);
    static_cast<void>(UA_String_copy(&from, &copy));
    return copy;
}

/// The name of a status code, such as `BadNodeIdUnknown`, or its number where the library has no name for it.
[[nodiscard]] std::string statusName(UA_StatusCode code);

/// None for the dates that mean "unknown", and outside of the years 1970 to 2262.
[[nodiscard]] std::optional<Time> timeOf(UA_DateTime date);

} // namespace millwright::telemetry::opcua
