#pragma once

#include <millwright/plant/plant.hpp>
#include <millwright/scene/measure.hpp>
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
    std::vector<render::SectionPlane> sections; ///< what lies beyond them is not there
};

/// Of what is drawn as `nodes` say; what is seen through is not there. `sections` as cut.
[[nodiscard]] std::shared_ptr<const Poses> posesOf(std::span<const render::NodeState> nodes,
                                                   std::span<const render::SectionPlane> sections = {});

/// Something to be seen from the eye: a label's anchor.
struct Mark {
    glm::dvec3 position{0}; ///< world, metres
    EquipmentIndex owner = noEquipment;
};

/// Which marks can be seen: not hidden by what belongs to other equipment than their owner. Glass hides nothing.
struct SightQuestion {
    glm::dvec3 eye{0};
    std::vector<Mark> marks;
    std::shared_ptr<const Poses> poses;
};

/// What the pointer would catch.
struct SnapQuestion {
    scene::Ray ray;
    scene::SnapOptions options;
    std::shared_ptr<const Poses> poses;
};

/// How close two nodes, each with all below it, come to each other.
struct ClearanceQuestion {
    std::uint32_t first = 0;
    std::uint32_t second = 0;
    std::shared_ptr<const Poses> poses;
};

/// A place for one question and one answer. A question that has not been begun is replaced by the next.
template <typename Question, typename Answer>
struct Enquiry {
    std::optional<Question> question;
    std::optional<Answer> answer;
};

/// Asks the plant's geometry with rays, on a thread of its own, so that the frame thread never waits for a hierarchy to be built or
/// a large plant to be searched. Every kind of question has one place, and every answer is taken once. Lifetime: plant and scene
/// must outlive it. Thread: the frame thread.
class Surveyor {
public:
    using Snapped = std::optional<scene::Snap>;

    Surveyor(const plant::Plant& plant, const twin::PlantScene& scene);
    /// Gives up what is in hand.
    ~Surveyor() = default;
    Surveyor(const Surveyor&) = delete;
    Surveyor& operator=(const Surveyor&) = delete;

    void ask(SightQuestion question) { put(sight_, std::move(question)); }
    void askHover(SnapQuestion question) { put(hover_, std::move(question)); }
    void askClick(SnapQuestion question) { put(click_, std::move(question)); }
    void ask(ClearanceQuestion question) { put(clearance_, std::move(question)); }

    /// 1 where the mark is seen, parallel to the question's marks.
    [[nodiscard]] std::optional<std::vector<std::uint8_t>> takeSight() { return take(sight_); }
    [[nodiscard]] std::optional<Snapped> takeHover() { return take(hover_); }
    [[nodiscard]] std::optional<Snapped> takeClick() { return take(click_); }
    [[nodiscard]] std::optional<Result<std::optional<scene::Clearance>>> takeClearance() { return take(clearance_); }

    /// True while a question waits or is being answered.
    [[nodiscard]] bool busy() const;
    /// Blocks until nothing is left to answer: for pictures.
    void wait() const;

private:
    template <typename Question, typename Answer>
    void put(Enquiry<Question, Answer>& enquiry, Question question) {
        {
            const std::scoped_lock lock{mutex_};
            enquiry.question = std::move(question);
        }
        changed_.notify_all();
    }
    template <typename Question, typename Answer>
    [[nodiscard]] std::optional<Answer> take(Enquiry<Question, Answer>& enquiry) {
        const std::scoped_lock lock{mutex_};
        return std::exchange(enquiry.answer, std::nullopt);
    }
    template <typename Question, typename Answer, typename Ask>
    bool answer(Enquiry<Question, Answer>& enquiry, std::unique_lock<std::mutex>& lock, Ask&& ask);

    void work(const std::stop_token& stop);
    [[nodiscard]] bool waiting() const { return click_.question || clearance_.question || hover_.question || sight_.question; }
    [[nodiscard]] std::vector<std::uint8_t> look(const SightQuestion& question);
    [[nodiscard]] bool seen(const SightQuestion& question, const Mark& mark);
    [[nodiscard]] Snapped snap(const SnapQuestion& question);
    [[nodiscard]] bool belongsTo(EquipmentIndex equipment, EquipmentIndex owner) const;

    const plant::Plant& plant_;
    const twin::PlantScene& scene_;
    scene::Measurer measurer_; ///< of the thread
    mutable std::mutex mutex_;
    mutable std::condition_variable_any changed_;
    Enquiry<SightQuestion, std::vector<std::uint8_t>> sight_;
    Enquiry<SnapQuestion, Snapped> hover_, click_;
    Enquiry<ClearanceQuestion, Result<std::optional<scene::Clearance>>> clearance_;
    bool working_ = false;
    std::jthread thread_; ///< last: joined before what it uses goes
};

} // namespace millwright::app
