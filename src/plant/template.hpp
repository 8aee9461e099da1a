#pragma once

#include "plant/document.hpp"
#include "plant/problems.hpp"

#include <millwright/core/units.hpp>
#include <millwright/plant/load.hpp>
#include <millwright/plant/plant.hpp>

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

/// Equipment as the file describes it: once, before `repeat` makes many of it. Texts may still hold {i} {j} {k} {n}.
namespace millwright::plant {

struct SignalTemplate {
    /// One of `rules`; without `when`, it always holds.
    struct Rule {
        std::string state;
        std::string when;
        const Node* whenNode = nullptr; ///< lives as long as the document
    };

    Signal signal; ///< all but path, equipment and what defaults to them
    Position at;
    Position topicAt;
    std::string expression;               ///< of a derived signal
    const Node* expressionNode = nullptr; ///< lives as long as the document
    std::vector<Rule> rules;              ///< of a derived signal
    Position derivedAt;                   ///< of `expression` or `rules`
    bool malformed = false;               ///< a problem of those was reported
    bool failed = false;                  ///< a problem of their use was reported: not again for every repetition
};

struct BindingTemplate {
    struct State {
        Position at;
        std::string state; ///< empty: `value`
        double value = 0;
    };

    Binding binding;    ///< what does not depend on the signal
    std::string signal; ///< id or full path
    std::string node;
    Position at;
    Position signalAt;
    Position nodeAt;
    bool mapped = false;       ///< `map` or `per_unit` was given, in `binding.mapping`, in degrees and metres
    bool table = false;        ///< `binding.colours` is a table of `states`
    std::vector<State> states; ///< of the table, or the one of a condition
    bool conditional = false;  ///< `when` was given
    Position mapAt;
    Position formatAt;
    bool malformed = false; ///< a problem of its own was reported: only the signal can be looked up
    bool failed = false;    ///< a problem of its use was reported: not again for every repetition
};

struct AlarmTemplate {
    Alarm alarm; ///< all but path, equipment, expressions and what depends on the signal
    Position at;
    std::string signal; ///< id or full path
    Position signalAt;
    std::string setPoint;
    Position setPointAt;
    std::string state;
    Position stateAt;
    std::string expression;
    const Node* expressionNode = nullptr; ///< lives as long as the document
    std::string suppressedBy;
    const Node* suppressedByNode = nullptr;
    bool limited = false;   ///< `limit` was given
    bool malformed = false; ///< a problem of its own was reported
    bool failed = false;    ///< a problem of its use was reported: not again for every repetition
};

struct KpiTemplate {
    /// Id or full path of a signal; empty: none.
    struct Name {
        std::string text;
        Position at;
    };
    struct Meaning {
        BindingTemplate::State value;
        PackmlState state = PackmlState::Unknown;
    };

    KpiSource source; ///< all but equipment, signals and meanings
    Position at;
    Name state;
    std::array<Name, quantities> counts; ///< by `Quantity`
    Name power, order;
    std::vector<Meaning> map;
    bool malformed = false; ///< a problem of its own was reported
    bool failed = false;    ///< a problem of its use was reported: not again for every repetition
};

struct EquipmentTemplate {
    std::string path;
    Position at;
    std::string name;
    std::string description;
    std::optional<Level> level;
    std::filesystem::path model;
    std::optional<double> modelMetresPerUnit;
    std::optional<Axis> modelUp;
    bool modelNamed = false; ///< also when that file is missing
    Placement placement;
    std::vector<SignalTemplate> signals;
    std::vector<BindingTemplate> bindings;
    std::vector<AlarmTemplate> alarms;
    std::optional<KpiTemplate> kpi;

    bool repeated = false;
    std::array<std::int64_t, 3> count{1, 1, 1};
    std::size_t directions = 0;
    std::array<glm::dvec3, 3> step{};
    std::string repeatId;
    std::int64_t first = 1;
    Position repeatAt;
};

/// What reading needs to know and remembers.
struct ReadContext {
    Problems& problems;
    std::filesystem::path folder;
    const LoadOptions& options;
    std::string_view source;                                                       ///< the text of the file
    std::unordered_map<std::string, std::filesystem::path> files;                  ///< as written -> absolute, empty when missing
    std::unordered_map<std::string, units::Unit, TextHash, std::equal_to<>> units; ///< codes that were understood

    /// The unit of a code that was checked before; null for others.
    [[nodiscard]] const units::Unit* unit(std::string_view code);
    /// An existing regular file named by `node`, or empty after reporting a problem.
    [[nodiscard]] std::filesystem::path file(const Node& node, std::string_view what);
};

/// Reads one equipment; keys it does not have are taken from `pattern` (null: none).
[[nodiscard]] EquipmentTemplate readEquipment(const Node& equipment, const Node* pattern, ReadContext& context);

} // namespace millwright::plant
