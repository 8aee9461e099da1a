#pragma once

#include <millwright/core/hash.hpp>
#include <millwright/core/time.hpp>
#include <millwright/core/value.hpp>
#include <millwright/twin/alarm.hpp>

#include <glm/glm.hpp>
#include <glm/gtc/quaternion.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace millwright::twin {

/// Latest knowledge of one signal at the frame's time.
struct SignalState {
    Value value; ///< in the plant's unit; interpolated between samples where the signal says so
    Time time{}; ///< source time of the last sample at or before the frame's time
    Quality quality = Quality::Bad;
    bool known = false; ///< false: no sample yet, value is meaningless
};

/// What all bindings on one target amount to. Parallel to `plant::Plant::targets`.
struct TargetState {
    glm::quat rotation{1, 0, 0, 0};
    glm::vec3 translation{0}; ///< metres
    glm::vec3 pivot{0};       ///< parentFromNode' = parentFromNode * T(translation) * T(pivot) * R(rotation) * T(-pivot)
    glm::vec4 tint{0};        ///< linear RGB, strength in alpha (0: untouched)
    float fill = 1;           ///< 0…1 of the node's height along `fillAxis`
    glm::vec3 fillAxis{0, 1, 0};
    bool visible = true;
    bool translationInParent =
        false;        ///< path bindings: `translation` is a position in the parent's frame and replaces the node's own
    std::string text; ///< empty: none
};

struct MachineStates;
struct ConditionStates;

/// The twin at one time: immutable, shared by UI, renderer, headset and checks. Thread: any.
struct Frame {
    Time time{};
    std::uint64_t number = 0; ///< counts up by one a frame
    std::uint64_t samplesApplied = 0;
    std::vector<SignalState> signals;           ///< parallel to Plant::signals
    std::vector<TargetState> targets;           ///< parallel to Plant::targets
    std::vector<AlarmState> alarms;             ///< parallel to Plant::alarms
    std::vector<AlarmTransition> transitions;   ///< the latest up to this time, at most 256, oldest first
    std::shared_ptr<const StringTable> strings; ///< text of String values
    std::shared_ptr<const std::vector<OperatorAction>>
        actions;                                 ///< all of operators: what `AlarmTransition::action` counts in; or null
    std::shared_ptr<const MachineStates> states; ///< of live feeds: what each machine was in lately; a log's are told as a whole
    std::shared_ptr<const ConditionStates> conditions; ///< likewise, where the plant names a condition model
    double speed = 1;                                  ///< of the clock, 1 = real time
    bool playing = false;
    TimeInterval log{}; ///< what can be scrubbed
};

} // namespace millwright::twin
