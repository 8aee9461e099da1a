#pragma once

#include "telemetry/sparkplug/payload.hpp"

#include <string>
#include <vector>

namespace millwright::telemetry::sparkplug {

inline constexpr std::size_t maximumNameBytes = 4096; ///< of a metric; bounds the work for nested names

/// One value with its type: a metric, a member of a template, a cell of a data set or an element of an array.
struct Leaf {
    DataType type = DataType::Unknown;
    CarriedValue value;
    bool null = false;
};

/// Template, DataSet and arrays, which are taken apart.
[[nodiscard]] bool isStructure(DataType type);
/// What a scalar type becomes; nothing for structures and for what Millwright has no value for.
[[nodiscard]] std::optional<ValueType> naturalType(DataType type);

enum class Reading : std::uint8_t {
    Exact,
    Clamped, ///< an unsigned 64-bit number beyond what an Integer holds: its largest value stands for it
    Missing, ///< there is no value, or in a field that the type cannot be in
};
/// Reads the value of a scalar leaf as the type `naturalType` says.
[[nodiscard]] Reading readScalar(const Leaf& leaf, StringTable& strings, Value& value);

/// Receives the leaves of structures.
class LeafVisitor {
public:
    virtual ~LeafVisitor() = default;
    /// The type a birth gave to this name: data may leave it out.
    virtual DataType declared(std::string_view name) = 0;
    virtual void leaf(std::string_view name, const Leaf& leaf) = 0;
};

/// Takes structures apart. Keeps its buffers between calls. Thread: one at a time.
class StructureWalker {
public:
    /// Hands `visitor` every leaf below `name`. False: the bytes are no such structure; some leaves may have been handed over.
    [[nodiscard]] bool walk(std::string_view name, const Leaf& structure, LeafVisitor& visitor);

private:
    bool any(const Leaf& structure, unsigned depth);
    bool member(std::string_view name, const Leaf& leaf, unsigned depth);
    bool templateMembers(std::span<const std::byte> bytes, unsigned depth);
    bool parameter(std::span<const std::byte> bytes);
    bool dataSet(std::span<const std::byte> bytes);
    bool row(std::span<const std::byte> bytes, std::size_t rowNumber);
    bool array(DataType type, std::span<const std::byte> bytes);
    bool strings(std::span<const std::byte> bytes);
    void element(std::size_t at, const Leaf& leaf);

    LeafVisitor* visitor_ = nullptr;
    std::string name_;
    std::vector<std::string_view> columns_;
    std::vector<DataType> columnTypes_;
};

} // namespace millwright::telemetry::sparkplug
