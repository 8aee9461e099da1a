#pragma once

#include <millwright/plant/plant.hpp>
#include <millwright/scene/pick.hpp>
#include <millwright/twin/plant_scene.hpp>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

namespace millwright::app {

/// Where every node stands at one moment, and which are drawn; parallel to the scene's nodes.
struct Poses {
    std::vector<glm::mat4> worldFromNode;
    std::vector<std::uint8_t> visible;
};

/// Something to be seen from the eye: a label's anchor.
struct Mark {
    glm::dvec3 position{0}; ///< world, metres
    EquipmentIndex owner = noEquipment;
};

struct SightQuestion {
    glm::dvec3 eye{0};
    std::vector<Mark> marks;
    std::shared_ptr<const Poses> poses;
};

/// Asks the plant's geometry with rays, on a thread of its own, so that the frame thread never waits for a hierarchy to be built or
/// a large plant to be searched. A question that has not been begun is replaced by the next. Lifetime: the scene must outlive it.
/// Thread: the frame thread.
class Surveyor {
public:
    explicit Surveyor(const plant::Plant& plant, const twin::PlantScene& scene);
    /// Ends with the question in hand.
    ~Surveyor() = default;
    Surveyor(const Surveyor&) = delete;
    Surveyor& operator=(const Surveyor&) = delete;

    /// Which marks can be seen: not hidden by what belongs to other equipment than their owner. Glass hides nothing.
    void ask(SightQuestion question);
    /// The answer, once: 1 where the mark is seen, parallel to the question's marks.
    [[nodiscard]] std::optional<std::vector<std::uint8_t>> takeSight();
    [[nodiscard]] bool busy() const;
    /// Blocks until nothing is left to answer: for pictures.
    void wait() const;

private:
    void work(const std::stop_token& stop);
    [[nodiscard]] std::vector<std::uint8_t> look(const SightQuestion& question);
    [[nodiscard]] bool seen(const SightQuestion& question, const Mark& mark);
    [[nodiscard]] bool belongsTo(EquipmentIndex equipment, EquipmentIndex owner) const;

    const plant::Plant& plant_;
    const twin::PlantScene& scene_;
    scene::Picker picker_; ///< of the thread
    mutable std::mutex mutex_;
    mutable std::condition_variable_any changed_;
    std::optional<SightQuestion> sight_;
    std::optional<std::vector<std::uint8_t>> seen_;
    bool working_ = false;
    std::jthread thread_; ///< last: joined before what it uses goes
};

} // namespace millwright::app
