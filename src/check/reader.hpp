#pragma once

#include "check/toml_table.hpp"

#include <millwright/check/expectation.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::check {

/// Turns one expectation file into expectations, collecting problems as it goes.
class Reader {
public:
    /// `text` is the whole file; all must outlive it.
    Reader(std::string_view text, const std::filesystem::path& file, const plant::Plant& plant, Problems& problems)
        : text_{text}, file_{file}, plant_{plant}, problems_{problems} {}

    std::vector<Expectation> read(const TomlTable& root);

private:
    struct Kind {
        std::string_view key; ///< that only checks of this kind have
        void (Reader::*read)(const TomlTable& table, Expectation& expectation);
    };
    static const std::vector<Kind>& kinds();

    std::optional<Expectation> readCheck(const TomlTable& table);
    void readStateHash(const TomlTable& table, Expectation& expectation);
    void readAlarm(const TomlTable& table, Expectation& expectation);
    void readKpi(const TomlTable& table, Expectation& expectation);
    void readPicture(const TomlTable& table, Expectation& expectation);
    // In read_signal_checks.cpp:
    void readCondition(const TomlTable& table, Expectation& expectation);
    void readValue(const TomlTable& table, Expectation& expectation);
    void readSamples(const TomlTable& table, Expectation& expectation);
    void readRate(const TomlTable& table, Expectation& expectation);
    void readMonotone(const TomlTable& table, Expectation& expectation);
    void readSequence(const TomlTable& table, Expectation& expectation);
    void readQuality(const TomlTable& table, Expectation& expectation);
    // In read_anomaly_checks.cpp:
    void readAnomalies(const TomlTable& table, Expectation& expectation);
    void readScore(const TomlTable& table, Expectation& expectation);
    AnomalyCheck readLearnt(const TomlTable& table);
    const condition::Model* readModelFile(const TomlTable& table);
    void joinSignals(const TomlTable& table, AnomalyCheck& check);

    Moment readMoment(const TomlTable& table, std::string_view key, std::string otherwise);
    Window readWindow(const TomlTable& table);
    CountRange readCount(const TomlTable& table, std::string_view key);
    SignalIndex readSignal(const TomlTable& table, bool required);
    SignalIndex readNumber(const TomlTable& table);
    EquipmentIndex readEquipment(const TomlTable& table);
    EquipmentIndex readMeasured(const TomlTable& table);
    plant::Condition readWhen(const TomlTable& when, SignalIndex index);
    double readState(const TomlTable& table, const plant::Signal& signal, const std::string& state);
    void readTableCondition(const TomlTable& table, ConditionCheck& check);
    plant::Expression readExpression(const TomlTable& table, std::string_view key);

    std::string_view text_;
    const std::filesystem::path& file_;
    const plant::Plant& plant_;
    Problems& problems_;
    std::set<std::string> names_;
    std::map<std::string, std::optional<condition::Model>>
        models_; ///< by file, so that each is read once; nothing: it could not be
};

/// The words of a table of `text` and what it stands for, to suggest from.
[[nodiscard]] std::vector<std::string_view> textsOf(const auto& names) {
    std::vector<std::string_view> texts;
    for (const auto& name : names) texts.push_back(name.text);
    return texts;
}

} // namespace millwright::check
