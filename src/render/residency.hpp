#pragma once

#include "render/budget.hpp"
#include "render/detail_loader.hpp"
#include "render/ranges.hpp"
#include "render/scene_store.hpp"

#include <millwright/render/renderer.hpp>

#include <memory>
#include <span>
#include <vector>

namespace millwright::render {

/// Which steps of detail are on the GPU (docs/rendering.md, "Memory"; decisions/009). One buffer of a fixed size holds them all, so
/// that the budget cannot be overrun. Everything that writes to it is a copy on the device's one queue, after whatever was recorded
/// before: a step's place is free for another as soon as no list names it. Thread: the frame thread.
class Residency {
public:
    /// Makes the buffer, of at most `bytes`, and brings in everything where that is little, else the first step of every mesh.
    /// `store` stays where it is and outlives this. Errors: ResourceLimit, Device.
    [[nodiscard]] static Result<std::unique_ptr<Residency>> create(gpu::Device& device, SceneStore& store, std::uint64_t bytes);

    /// Brings in what is wanted, as far as there is room, before it returns; in submissions of its own. Afterwards the same wants
    /// find the same steps, whatever there was before, or finer ones where nothing is missing. Returns whether anything changed.
    /// Errors: Device.
    [[nodiscard]] Result<bool> load(std::span<const MeshWant> wants);

    /// What `stream` works for from now on. Where there is room for everything that is everything, what is wanted first.
    void plan(std::span<const MeshWant> wants);
    /// Puts what the loader has ready where frames find it, from this frame on, and gives it more to do; first thing in a frame,
    /// and never waits. Returns whether anything changed. Errors: ResourceLimit.
    [[nodiscard]] Result<bool> stream(gpu::FrameInFlight& frame);

    /// Whether everything is there: nothing will ever change.
    [[nodiscard]] bool complete() const { return resident_ == store_.detail.steps.size(); }
    /// Whether what the plan holds is there, and that is all that was wanted.
    [[nodiscard]] bool satisfied() const { return complete() || (idle() && !reduced()); }
    /// Whether nothing is under way.
    [[nodiscard]] bool idle() const { return next_ >= plan_.order.size() && (!loader_ || loader_->steps() == 0); }
    [[nodiscard]] MemoryUse use() const;

private:
    Residency(gpu::Device& device, SceneStore& store) : device_{device}, store_{store} {}
    struct Tables;
    [[nodiscard]] Result<void> makeBuffers(std::uint64_t bytes);
    [[nodiscard]] std::uint32_t meshOf(std::uint32_t step) const { return store_.detail.steps[step].mesh; }
    /// Whether a step is claimed: there, or on its way.
    [[nodiscard]] bool claimed(std::uint32_t step) const {
        return step < store_.meshes[meshOf(step)].firstStep + claimed_[meshOf(step)];
    }
    /// Finds a place for the next step of its mesh, where nothing beyond the plan is in its way; false: there is none.
    [[nodiscard]] bool claim(std::uint32_t step);
    [[nodiscard]] bool place(std::uint32_t step);
    /// Takes a mesh's steps away from number `keep` on.
    void evict(std::uint32_t mesh, std::uint32_t keep);
    /// Takes something away that is not in the plan, what is missed least first; false: there is no such thing.
    [[nodiscard]] bool evictSomething();
    void evictBeyondPlan();
    /// Its step can be drawn, and those before it.
    void arrived(std::uint32_t step);
    void setResident(std::uint32_t mesh, std::uint32_t steps);
    /// Steps of the plan that were not there and have their places now.
    [[nodiscard]] std::vector<std::uint32_t> claimPlan();
    [[nodiscard]] Result<void> uploadSteps(gpu::Upload& upload, std::span<const std::uint32_t> steps);
    [[nodiscard]] Result<void> uploadTables(gpu::Upload& upload);
    [[nodiscard]] Result<void> finishLoading(gpu::Upload& upload);
    [[nodiscard]] Tables takeTables();
    [[nodiscard]] Result<void> feedLoader();
    [[nodiscard]] Room planned() const;
    [[nodiscard]] bool reduced() const { return plan_.short_ || unplaced_; }
    void makePlan(std::span<const MeshWant> wants, bool ahead);
    void placeAnew();

    gpu::Device& device_;
    SceneStore& store_;
    std::vector<Room> costs_;               ///< by step
    std::vector<std::uint32_t> firstSteps_; ///< of each mesh, and the end
    std::vector<std::uint32_t> claimed_;    ///< by mesh: steps with a place
    std::vector<std::uint32_t> changed_;    ///< meshes whose tables are to be written; repeated
    std::vector<std::uint32_t> beyond_;     ///< meshes with steps that are not in the plan, what is missed least last
    Room all_, room_;
    bool fits_ = false;
    bool unplaced_ = false; ///< something of the plan found no gap that holds it
    Plan plan_;
    std::size_t next_ = 0;     ///< of `plan_.order`: to be given to the loader
    std::size_t resident_ = 0; ///< steps
    Room used_;                ///< by resident steps
    Ranges blocks_, attributed_;
    std::unique_ptr<DetailLoader> loader_; ///< once something was streamed
};

} // namespace millwright::render
