#include "plant/expand.hpp"

#include "plant/check.hpp"
#include "plant/derive.hpp"
#include "plant/keys.hpp"

#include <millwright/core/spelling.hpp>

#include <algorithm>
#include <format>

namespace millwright::plant {
namespace {

constexpr std::size_t maximumDepth = 32;
constexpr std::size_t maximumCandidates = 1000; // suggestions compare with each: bounded so that many problems stay cheap

// {i}, {j:2}, {n:03}: the variable and the number of digits.
std::optional<std::pair<char, std::size_t>> placeholder(std::string_view inside) {
    if (inside.empty() || !std::string_view{"ijkn"}.contains(inside[0])) return std::nullopt;
    if (inside.size() == 1) return std::pair{inside[0], std::size_t{0}};
    std::string_view digits = inside.substr(1);
    if (digits[0] != ':') return std::nullopt;
    digits.remove_prefix(1);
    if (digits.starts_with('0')) digits.remove_prefix(1);
    if (digits.size() != 1 || digits[0] < '1' || digits[0] > '9') return std::nullopt;
    return std::pair{inside[0], static_cast<std::size_t>(digits[0] - '0')};
}

bool hasPlaceholder(std::string_view text) {
    return substitute(text, {}) != text;
}

std::string_view parentOf(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

std::string_view lastOf(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

// About what one repetition occupies.
std::size_t bytesOf(const EquipmentTemplate& equipment) {
    std::size_t bytes = sizeof(Equipment) + 2 * equipment.path.size() + equipment.name.size() + equipment.description.size() +
                        equipment.model.native().size();
    for (const SignalTemplate& from : equipment.signals) {
        const Signal& signal = from.signal;
        bytes += sizeof(Signal) + equipment.path.size() + signal.id.size() + signal.name.size() + signal.topic.size();
        for (const std::string& state : signal.states) bytes += sizeof(std::string) + state.size();
        bytes += 20 * from.expression.size(); // an operation takes a character or more
        for (const SignalTemplate::Rule& rule : from.rules) bytes += sizeof(StateRule) + 20 * rule.when.size();
    }
    for (const BindingTemplate& from : equipment.bindings) {
        const Binding& binding = from.binding;
        bytes += sizeof(Binding) + sizeof(Target) + 2 * from.node.size() + from.signal.size() + binding.textFormat.size() +
                 binding.path.size() * sizeof(glm::vec3);
        bytes += 4 * binding.colours.size() * sizeof(ColourStop);
    }
    for (const AlarmTemplate& from : equipment.alarms) {
        const Alarm& alarm = from.alarm;
        bytes += sizeof(Alarm) + 2 * equipment.path.size() + 2 * alarm.id.size() + alarm.name.size() + alarm.firstOut.size();
        bytes += alarm.cause.size() + alarm.consequence.size() + alarm.action.size();
        bytes += 20 * (from.expression.size() + from.suppressedBy.size() + 8);
    }
    if (equipment.kpi) {
        bytes += sizeof(KpiSource); // and its meanings, once they are known
        for (const KpiTemplate::Meaning& meaning : equipment.kpi->map)
            bytes += sizeof(KpiSource::Meaning) + meaning.value.state.size();
    }
    return bytes;
}

bool isPath(std::string_view path, bool (*isPart)(std::string_view)) {
    std::size_t parts = 0;
    for (; !path.empty(); path = parentOf(path)) {
        if (path.starts_with('/') || !isPart(lastOf(path)) || ++parts > maximumDepth) return false;
    }
    return parts > 0;
}

} // namespace

std::string substitute(std::string_view text, const Repetition& repetition) {
    std::string result;
    while (true) {
        const std::size_t open = text.find('{');
        result += text.substr(0, open);
        if (open == std::string_view::npos) return result;
        text.remove_prefix(open);
        const std::size_t close = text.find('}');
        const auto found = close == std::string_view::npos ? std::nullopt : placeholder(text.substr(1, close - 1));
        if (!found) {
            result += '{';
            text.remove_prefix(1);
            continue;
        }
        const std::int64_t number = found->first == 'i'   ? repetition.i
                                    : found->first == 'j' ? repetition.j
                                    : found->first == 'k' ? repetition.k
                                                          : repetition.n;
        const std::string digits = std::to_string(number);
        if (digits.size() < found->second) result.append(found->second - digits.size(), '0');
        result += digits;
        text.remove_prefix(close + 1);
    }
}

void Expander::add(EquipmentTemplate& equipment) {
    if (equipment.path.empty()) return; // reported as missing
    const std::size_t bytes = bytesOf(equipment);
    bytes_ += bytes;
    if (tooLarge(bytes_, equipment.at)) return;
    if (!equipment.repeated) {
        if (!tooMany(plant_.equipment.size(), 1, equipment.at, "equipments")) addOne(equipment, {}, glm::dvec3{0});
        return;
    }
    std::size_t total = 1;
    for (const std::int64_t count : equipment.count) {
        if (tooMany(0, static_cast<std::size_t>(count), equipment.repeatAt, "equipments")) return;
        total *= static_cast<std::size_t>(count);
        if (tooMany(plant_.equipment.size(), total, equipment.repeatAt, "equipments")) return;
    }
    if (tooMany(plant_.signals.size(), total * equipment.signals.size(), equipment.repeatAt, "signals")) return;
    if (tooMany(pending_.size(), total * equipment.bindings.size(), equipment.repeatAt, "bindings")) return;
    if (tooMany(pendingAlarms_.size(), total * equipment.alarms.size(), equipment.repeatAt, "alarms")) return;

    bytes_ += total * bytes; // both factors are below 2^30
    if (tooLarge(bytes_, equipment.repeatAt)) return;

    if (!equipment.repeatId.empty()) {
        const std::string_view parent = parentOf(equipment.path);
        equipment.path = parent.empty() ? equipment.repeatId : std::format("{}/{}", parent, equipment.repeatId);
    } else if (!hasPlaceholder(equipment.path)) {
        equipment.path += equipment.directions > 2 ? "-{i}-{j}-{k}" : equipment.directions > 1 ? "-{i}-{j}" : "-{i}";
    }
    plant_.equipment.reserve(plant_.equipment.size() + total);
    plant_.signals.reserve(plant_.signals.size() + total * equipment.signals.size());
    pending_.reserve(pending_.size() + total * equipment.bindings.size());
    equipmentByPath_.reserve(plant_.equipment.capacity());
    signalByPath_.reserve(plant_.signals.capacity());
    signalByTopic_.reserve(plant_.signals.capacity());
    const std::size_t problems = context_.problems.count();
    std::int64_t n = 0;
    for (std::int64_t i = 0; i < equipment.count[0]; ++i) {
        for (std::int64_t j = 0; j < equipment.count[1]; ++j) {
            for (std::int64_t k = 0; k < equipment.count[2]; ++k, ++n) {
                const std::int64_t first = equipment.first;
                addOne(equipment, {first + i, first + j, first + k, first + n},
                       static_cast<double>(i) * equipment.step[0] + static_cast<double>(j) * equipment.step[1] +
                           static_cast<double>(k) * equipment.step[2]);
                if (context_.problems.count() != problems) return; // the others have the same problem
            }
        }
    }
}

bool Expander::tooLarge(std::size_t bytes, Position at) {
    if (bytes <= context_.options.maximumBytes) return false;
    context_.problems.add(
        at,
        std::format("up to here, the plant needs more than {} MiB of memory: use shorter texts and lists, or fewer repetitions",
                    context_.options.maximumBytes >> 20),
        ErrorCode::ResourceLimit);
    return true;
}

bool Expander::tooMany(std::size_t now, std::size_t more, Position at, std::string_view what) {
    const std::size_t maximum = context_.options.maximumItems;
    if (now <= maximum && more <= maximum - now) return false;
    context_.problems.add(at, std::format("this makes more than {} {}: a plant may have no more", maximum, what),
                          ErrorCode::ResourceLimit);
    return true;
}

EquipmentIndex Expander::ensure(std::string_view path) {
    if (path.empty()) return noEquipment;
    if (const auto found = equipmentByPath_.find(std::string{path}); found != equipmentByPath_.end()) return found->second;
    const EquipmentIndex parent = ensure(parentOf(path));
    const auto self = static_cast<EquipmentIndex>(plant_.equipment.size());
    Equipment& equipment = plant_.equipment.emplace_back();
    equipment.path = path;
    equipment.id = lastOf(path);
    equipment.name = equipment.id;
    equipment.parent = parent;
    declared_.emplace_back();
    equipmentByPath_.emplace(equipment.path, self);
    return self;
}

void Expander::addOne(EquipmentTemplate& from, const Repetition& repetition, const glm::dvec3& offset) {
    const auto filled = [&](const std::string& text) { return from.repeated ? substitute(text, repetition) : text; };
    const std::string path = filled(from.path);
    if (!isPath(path, isIdentifier)) {
        if (isPath(from.path, isIdentifierTemplate)) { // else reported already
            context_.problems.add(
                from.at,
                std::format(
                    "'{}' is not a path: {{i}} {{j}} {{k}} {{n}} may stand in the path of a repeated equipment, no other braces",
                    path.substr(0, 80)));
        }
        return;
    }
    const EquipmentIndex self = ensure(path);
    Declared& declared = declared_[index(self)];
    if (declared.at.line != 0) {
        const std::string where = declared.at == from.at ? std::string{"by the same repeat: use {i}, {j} or {n} in its id"}
                                                         : std::format("on line {}", declared.at.line);
        context_.problems.add(from.at, std::format("equipment '{}' was already declared {}", path, where));
        return;
    }
    declared.at = from.at;
    declared.stated = from.level.has_value();
    declared.level = from.level;
    declared.modelNamed = from.modelNamed;
    if (!declared.level && (from.modelNamed || !from.signals.empty() || !from.bindings.empty())) declared.level = Level::Equipment;
    Equipment& equipment = plant_.equipment[index(self)];
    if (!from.name.empty()) equipment.name = filled(from.name);
    equipment.description = filled(from.description);
    equipment.model = from.model;
    equipment.modelMetresPerUnit = from.modelMetresPerUnit;
    equipment.modelUp = from.modelUp;
    equipment.placement = from.placement;
    equipment.placement.position += offset;
    for (SignalTemplate& signal : from.signals) addSignal(signal, from, self, repetition);
    for (BindingTemplate& binding : from.bindings) pending_.push_back({&binding, self, repetition, from.repeated});
    for (AlarmTemplate& alarm : from.alarms) pendingAlarms_.push_back({&alarm, self, repetition, from.repeated});
    if (from.kpi) pendingKpis_.push_back({&*from.kpi, self, repetition, from.repeated});
}

void Expander::addSignal(SignalTemplate& from, const EquipmentTemplate& equipment, EquipmentIndex owner,
                         const Repetition& repetition) {
    if (tooMany(plant_.signals.size(), 1, from.at, "signals")) return;
    const auto filled = [&](const SharedText& text) { // what is the same everywhere is shared
        return equipment.repeated && text.view().contains('{') ? SharedText{substitute(text, repetition)} : text;
    };
    Signal signal = from.signal;
    signal.id = filled(from.signal.id);
    if (!isIdentifier(signal.id)) {
        if (isIdentifierTemplate(from.signal.id)) // else reported already
            context_.problems.add(from.at,
                                  std::format("'{}' is not an id: use letters, digits, - _ and .", signal.id.view().substr(0, 80)));
        return;
    }
    signal.equipment = owner;
    signal.path = std::format("{}/{}", plant_.at(owner).path, signal.id);
    signal.name = from.signal.name.empty() ? signal.id : filled(from.signal.name);
    if (!signal.derived) signal.topic = from.signal.topic.empty() ? signal.path : filled(from.signal.topic);
    const auto self = static_cast<std::uint32_t>(plant_.signals.size());
    const auto pathOf = [&](std::uint32_t number) { return plant_.signals[number].path.view(); };
    const auto topicOf = [&](std::uint32_t number) { return plant_.signals[number].topic.view(); };
    if (const auto [other, added] = signalByPath_.emplace(signal.path, self, pathOf); !added) {
        context_.problems.add(from.at,
                              std::format("signal '{}' was already declared on line {}", signal.path, signalAt_[other].line));
        return;
    }
    if (signal.derived) {
        pendingDerived_.push_back({&from, owner, repetition, equipment.repeated});
        derivedSignals_.push_back(SignalIndex{self});
    } else if (const auto [other, added] = signalByTopic_.emplace(signal.topic, self, topicOf); !added) {
        const Position at = signalAt_[other];
        const std::string advice = at == from.at
                                       ? std::string{"use {i}, {j} or {n} in the topic of a repeated equipment"}
                                       : std::string{"let bindings name that signal by its path instead of declaring it twice"};
        context_.problems.add(from.topicAt, std::format("topic '{}' already feeds signal '{}' (line {}): {}", signal.topic,
                                                        plant_.signals[other].path, at.line, advice));
    }
    plant_.equipment[index(owner)].signals.push_back(SignalIndex{self});
    plant_.signals.push_back(std::move(signal));
    signalAt_.push_back(from.at);
}

void Expander::finish() {
    setLevels();
    derive();
    for (const auto& pending : pending_) bind(pending);
    for (const auto& pending : pendingAlarms_) watch(pending);
    for (const auto& pending : pendingKpis_) {
        if (full()) break;
        measure(pending);
    }
}

void Expander::setLevels() {
    for (std::size_t i = 0; i < plant_.equipment.size(); ++i) {
        Equipment& equipment = plant_.equipment[i];
        const Declared& declared = declared_[i];
        const auto depth = static_cast<std::size_t>(std::ranges::count(equipment.path, '/')) + 1; // 1: area
        equipment.level =
            declared.level.value_or(static_cast<Level>(std::min<std::size_t>(depth, static_cast<std::size_t>(Level::Equipment))));
        if (equipment.parent == noEquipment) continue;
        const Equipment& parent = plant_.at(equipment.parent);
        if (equipment.level >= parent.level) continue;
        if (declared.stated) {
            context_.problems.add(declared.at, std::format("'{}' has the level {} inside '{}', which has {}: levels go site, area, "
                                                           "line, cell, equipment from the outside in",
                                                           equipment.path, levelWords[static_cast<std::size_t>(equipment.level)],
                                                           parent.path, levelWords[static_cast<std::size_t>(parent.level)]));
        }
        equipment.level = parent.level;
    }
}

/// Compiles derived signals and puts each after those that it reads.
void Expander::derive() {
    std::vector<Position> places; // parallel to plant_.derived
    plant_.derived.reserve(pendingDerived_.size());
    for (std::size_t i = 0; i < pendingDerived_.size(); ++i) {
        const Pending<SignalTemplate>& pending = pendingDerived_[i];
        SignalTemplate& from = *pending.from;
        if (from.failed || from.malformed) continue;
        const SignalFinder find = [&](std::string_view name) {
            return lookUp(pending.repeated ? substitute(name, pending.repetition) : std::string{name}, pending.equipment);
        };
        Derived derived{.signal = derivedSignals_[i], .value = {}, .rules = {}, .inputs = {}};
        from.failed = !resolveDerived(from, derived, find, plant_, context_);
        if (from.failed) continue;
        plant_.derived.push_back(std::move(derived));
        places.push_back(from.derivedAt);
    }
    orderDerived(plant_, places, context_);
}

void Expander::bind(const Pending<BindingTemplate>& pending) {
    BindingTemplate& from = *pending.from;
    if (from.failed || from.signal.empty()) return;
    const auto filled = [&](const std::string& text) { return pending.repeated ? substitute(text, pending.repetition) : text; };
    const Equipment& equipment = plant_.at(pending.equipment);
    const auto signal = lookUp(filled(from.signal), pending.equipment);
    if (!signal) context_.problems.add(from.signalAt, signal.error());
    if (!from.node.empty() && !declared_[index(pending.equipment)].modelNamed) {
        context_.problems.add(
            from.nodeAt,
            std::format("node '{}' is in no model: equipment '{}' has none (leave 'node' out to bind the whole equipment)",
                        from.node, equipment.path));
        from.failed = true;
    }
    if (!signal) from.failed = true;
    if (from.failed || from.malformed) return;
    Binding binding = from.binding;
    binding.signal = *signal;
    if (!resolveBinding(from, plant_.at(*signal), binding, context_)) {
        from.failed = true;
        return;
    }
    binding.target = target(pending.equipment, filled(from.node));
    plant_.bindings.push_back(std::move(binding));
}

void Expander::watch(const Pending<AlarmTemplate>& pending) {
    AlarmTemplate& from = *pending.from;
    if (from.failed || from.malformed) return;
    const auto filled = [&](const std::string& text) { return pending.repeated ? substitute(text, pending.repetition) : text; };
    Alarm alarm = from.alarm;
    alarm.id = filled(alarm.id);
    alarm.equipment = pending.equipment;
    alarm.path = std::format("{}/{}", plant_.at(pending.equipment).path, alarm.id);
    alarm.name = alarm.name.empty() ? alarm.id : filled(alarm.name);
    for (std::string* text : {&alarm.firstOut, &alarm.cause, &alarm.consequence, &alarm.action}) *text = filled(*text);
    const SignalFinder find = [&](std::string_view name) { return lookUp(filled(std::string{name}), pending.equipment); };
    if (!isIdentifier(alarm.id)) {
        if (isIdentifierTemplate(from.alarm.id)) // else reported already
            context_.problems.add(from.at,
                                  std::format("'{}' is not an id: use letters, digits, - _ and .", alarm.id.substr(0, 80)));
        from.failed = true;
        return;
    }
    const auto [other, added] = alarmAt_.emplace(alarm.path, from.at);
    if (!added)
        context_.problems.add(from.at, std::format("alarm '{}' was already declared on line {}", alarm.path, other->second.line));
    if (!added || !resolveAlarm(from, alarm, find, plant_, context_)) {
        from.failed = true;
        return;
    }
    plant_.alarms.push_back(std::move(alarm));
}

void Expander::measure(const Pending<KpiTemplate>& pending) {
    KpiTemplate& from = *pending.from;
    if (from.failed || from.malformed) return;
    KpiSource source = from.source;
    source.equipment = pending.equipment;
    const SignalFinder find = [&](std::string_view name) {
        return lookUp(pending.repeated ? substitute(name, pending.repetition) : std::string{name}, pending.equipment);
    };
    from.failed = !resolveKpi(from, source, find, plant_, context_);
    if (from.failed) return;
    bytes_ += source.meanings.size() * sizeof(KpiSource::Meaning);
    if (!tooLarge(bytes_, from.at)) plant_.kpis.push_back(std::move(source));
}

std::expected<SignalIndex, std::string> Expander::lookUp(const std::string& name, EquipmentIndex equipment) const {
    const Equipment& owner = plant_.at(equipment);
    const bool own = !name.contains('/');
    const auto found = signalByPath_.find(own ? std::format("{}/{}", owner.path, name) : name,
                                          [&](std::uint32_t number) { return plant_.signals[number].path.view(); });
    if (found) return SignalIndex{*found};
    std::vector<std::string_view> candidates;
    if (!context_.problems.fewSoFar()) {
        // no advice
    } else if (own) {
        for (const SignalIndex signal : owner.signals) candidates.push_back(plant_.at(signal).id);
    } else {
        for (const Signal& signal : std::span{plant_.signals}.first(std::min(plant_.signals.size(), maximumCandidates)))
            candidates.push_back(signal.path);
    }
    std::string advice = didYouMean(name, candidates);
    if (advice.empty() && own) advice = " (a signal of another equipment is named by its full path)";
    return std::unexpected(own ? std::format("equipment '{}' has no signal '{}'{}", owner.path, name, advice)
                               : std::format("there is no signal '{}'{}", name, advice));
}

TargetIndex Expander::target(EquipmentIndex equipment, const std::string& node) {
    const auto [found, added] =
        targets_.emplace(std::format("{}/{}", index(equipment), node), static_cast<TargetIndex>(plant_.targets.size()));
    if (added) plant_.targets.push_back({equipment, node});
    return found->second;
}

} // namespace millwright::plant
