#pragma once

#include "plant/template.hpp"
#include "plant/text_index.hpp"

#include <span>
#include <string>
#include <unordered_map>

namespace millwright::plant {

/// Which of the repetitions a text is filled in for; counted from `repeat.first`.
struct Repetition {
    std::int64_t i = 0, j = 0, k = 0, n = 0;
};

/// `text` with {i}, {j}, {k}, {n} (or {n:03}: at least three digits) filled in; other braces stay.
[[nodiscard]] std::string substitute(std::string_view text, const Repetition& repetition);

/// Turns templates into the plant's equipment, signals, targets and bindings: repeats, makes ancestors, resolves references.
class Expander {
public:
    Expander(Plant& plant, ReadContext& context) : plant_{plant}, context_{context} {}

    /// Whether more was added than a plant may have (reported).
    [[nodiscard]] bool full() const { return bytes_ > context_.options.maximumBytes; }
    /// In file order. `equipment` must outlive `finish`: bindings may refer to signals that come later.
    void add(EquipmentTemplate& equipment);
    /// Levels, and what reads signals: derived ones, bindings, alarms and KPIs of all equipment added.
    void finish();

private:
    struct Declared {
        Position at{0, 0};          ///< line 0: made as an ancestor only
        std::optional<Level> level; ///< stated, or Equipment because it has content
        bool stated = false;
        bool modelNamed = false;
    };
    /// A derived signal, a binding, an alarm or a KPI source, which may refer to signals that come later.
    template <typename Template>
    struct Pending {
        Template* from;
        EquipmentIndex equipment;
        Repetition repetition;
        bool repeated;
    };

    void addOne(EquipmentTemplate& equipment, const Repetition& repetition, const glm::dvec3& offset);
    EquipmentIndex ensure(std::string_view path);
    void addSignal(SignalTemplate& from, const EquipmentTemplate& equipment, EquipmentIndex owner, const Repetition& repetition);
    void derive();
    void bind(const Pending<BindingTemplate>& pending);
    void watch(const Pending<AlarmTemplate>& pending);
    void measure(const Pending<KpiTemplate>& pending);
    [[nodiscard]] std::expected<SignalIndex, std::string> lookUp(const std::string& name, EquipmentIndex equipment) const;
    TargetIndex target(EquipmentIndex equipment, const std::string& node);
    void setLevels();
    bool tooLarge(std::size_t bytes, Position at);
    bool tooMany(std::size_t now, std::size_t more, Position at, std::string_view what);

    std::size_t bytes_ = 0; // of everything added, about
    Plant& plant_;
    ReadContext& context_;
    std::vector<Declared> declared_; // parallel to plant_.equipment
    std::vector<Position> signalAt_; // parallel to plant_.signals
    std::vector<Pending<SignalTemplate>> pendingDerived_;
    std::vector<SignalIndex> derivedSignals_; // parallel to pendingDerived_
    std::vector<Pending<BindingTemplate>> pending_;
    std::vector<Pending<AlarmTemplate>> pendingAlarms_;
    std::vector<Pending<KpiTemplate>> pendingKpis_;
    std::unordered_map<std::string, EquipmentIndex> equipmentByPath_;
    TextIndex signalByPath_, signalByTopic_;
    std::unordered_map<std::string, TargetIndex> targets_;
    std::unordered_map<std::string, Position> alarmAt_; // by path
};

/// Compiles what a derived signal is computed from. False after reporting a problem.
[[nodiscard]] bool resolveDerived(const SignalTemplate& from, Derived& derived, const SignalFinder& find, const Plant& plant,
                                  ReadContext& context);

/// Fills in what of a binding depends on its signal: units, states, text format. False after reporting a problem.
[[nodiscard]] bool resolveBinding(const BindingTemplate& from, const Signal& signal, Binding& binding, ReadContext& context);

/// Fills in what of an alarm depends on signals: its expressions, limit and states. False after reporting a problem.
[[nodiscard]] bool resolveAlarm(const AlarmTemplate& from, Alarm& alarm, const SignalFinder& find, const Plant& plant,
                                ReadContext& context);

/// Fills in the signals of a KPI source and what their values stand for. False after reporting a problem.
[[nodiscard]] bool resolveKpi(const KpiTemplate& from, KpiSource& source, const SignalFinder& find, const Plant& plant,
                              ReadContext& context);

/// Turns a state's name into the text (String) or number it stands for. False after reporting a problem.
[[nodiscard]] bool resolveState(const BindingTemplate::State& from, const Signal& signal, std::string& state, double& value,
                                ReadContext& context);

} // namespace millwright::plant
