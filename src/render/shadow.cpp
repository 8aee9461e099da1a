#include "render/shadow.hpp"

#include "render/section_pass.hpp"

#include <glm/gtc/matrix_transform.hpp>

#include <algorithm>
#include <cmath>
#include <format>

namespace millwright::render {
namespace {

constexpr double largestRadius = 400; ///< metres; farther off, shadows are too small to see

/// Rotation that looks along the sun's rays: z points away from the sun.
glm::dmat3 lightFrame(glm::vec3 towardsSun) {
    const glm::dvec3 z = -glm::normalize(glm::dvec3{towardsSun});
    const glm::dvec3 side = std::abs(z.y) > 0.999 ? glm::dvec3{1, 0, 0} : glm::dvec3{0, 1, 0};
    const glm::dvec3 x = glm::normalize(glm::cross(side, z));
    return glm::transpose(glm::dmat3{x, glm::cross(z, x), z});
}

glm::dvec3 forwardOf(const View& view) {
    const auto& r = view.viewFromWorldRotation;
    return -glm::dvec3{r[0][2], r[1][2], r[2][2]};
}

} // namespace

Result<void> ShadowMap::createMap(gpu::Device& device, gpu::Image& image, std::string name) const {
    auto made = gpu::Image::create(device,
                                   {.format = depthFormat,
                                    .extent = {size_, size_},
                                    .usage = VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT | VK_IMAGE_USAGE_SAMPLED_BIT |
                                             VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT},
                                   std::move(name));
    if (!made) return std::unexpected(made.error());
    image = std::move(*made);
    return {};
}

Result<void> ShadowMap::place(gpu::Device& device, const Features& features, glm::vec3 towardsSun, std::span<const View> views,
                              Placement& placement) {
    const double scene = placement.sceneRadius();
    // A single map is not spread so thin that shadows become blots: far from the eye there are none.
    const double thinnest = 0.03 * features.shadowSize; // at most 6 cm a texel
    const double reach = std::min(scene, features.cascades == 1 ? thinnest : largestRadius);
    // A scene that one map shows at 8 mm a texel needs no more of them.
    const double fine = 0.004 * features.shadowSize;
    const auto wanted = scene <= 0 ? 0u : scene <= fine ? 1u : features.cascades;
    if (size_ != features.shadowSize) cascades_ = {};
    size_ = features.shadowSize;
    for (std::uint32_t i = 0; i < wanted; ++i) {
        auto& cascade = cascades_[i];
        const auto make = [&](gpu::Image& image, const char* name) -> Result<void> {
            if (image) return {};
            cascade.stillDirty = true;
            return createMap(device, image, std::format("{} {}", name, i));
        };
        if (auto done = make(cascade.image, "shadow map"); !done) return done;
        if (!placement.anyMoving()) continue;
        if (auto done = make(cascade.still, "shadow map without what moves"); !done) return done;
    }
    count_ = wanted;
    const auto light = lightFrame(towardsSun);
    const glm::dvec3 eye = views.front().eye;
    const glm::dvec3 forward = forwardOf(views.front());
    for (std::uint32_t i = 0; i < count_; ++i) {
        // Each square is a third of the next one's side; the last has the whole scene where that is not too large.
        const double radius = std::max(reach * std::pow(0.34, count_ - 1 - i), std::min(fine, reach));
        const bool whole = radius >= scene * 0.999;
        const glm::dvec3 centre = whole ? placement.sceneCentre() : eye + forward * (radius * 0.8);
        placeCascade(cascades_[i], centre, radius, light, placement);
    }
    const bool moved = std::ranges::any_of(std::span{cascades_}.first(count_), &Cascade::moved);
    const bool settled = moved && placement.settle(); // when much is drawn again anyway
    for (auto& cascade : cascades_) {                 // also those that are not in use: they may be later
        cascade.separate = placement.anyMoving();
        const bool changed = settled || placement.stillChanged() || cascade.stillDirty;
        if (changed) cascade.scroll.reset();
        cascade.stillDirty = changed || cascade.moved;
        cascade.movingDirty |= cascade.stillDirty || placement.movingChanged();
    }
    for (std::uint32_t i = 0; i < count_; ++i) {
        auto& cascade = cascades_[i];
        if (!cascade.scroll || cascade.before) continue;
        if (auto done = createMap(device, cascade.before, std::format("shadow map before it moved {}", i)); !done) return done;
    }
    return {};
}

void ShadowMap::placeCascade(Cascade& cascade, glm::dvec3 centre, double radius, const glm::dmat3& lightFromWorld,
                             const Placement& placement) const {
    const bool whole = radius >= placement.sceneRadius() * 0.999;
    // The square is larger than asked by the step in which it moves, and the step is a whole number of texels.
    const double half = whole ? radius * 1.02 : radius * 1.25;
    const double texel = 2 * half / size_;
    const double step = whole ? texel : std::floor(half * 0.2 / texel) * texel;
    glm::dvec3 p = lightFromWorld * centre;
    p.x = std::round(p.x / step) * step;
    p.y = std::round(p.y / step) * step;
    // Depth spans all that can throw a shadow into the square, and the floor it falls on.
    const double middle =
        glm::dot(glm::dvec3{lightFromWorld[0][2], lightFromWorld[1][2], lightFromWorld[2][2]}, placement.sceneCentre());
    const double unit = std::max(placement.sceneRadius(), 0.001);
    const double near = std::floor((middle - unit * 1.05) / unit * 8) * unit / 8;
    const double far = near + unit * 4.5;
    glm::dmat4 shadow{lightFromWorld};
    shadow[3] = {-p.x, -p.y, -near, 1};
    const glm::dmat4 scale = glm::scale(glm::dmat4{1}, {1 / half, 1 / half, 1 / (far - near)});
    const glm::dmat4 result = scale * shadow;
    cascade.moved = result != cascade.shadowFromWorld;
    cascade.scroll = cascade.moved ? scrollBetween(cascade.shadowFromWorld, result) : std::nullopt;
    cascade.shadowFromWorld = result;
    cascade.radius = half;
}

std::optional<glm::ivec2> ShadowMap::scrollBetween(const glm::dmat4& before, const glm::dmat4& after) const {
    glm::dmat4 rest = after;
    rest[3].x = before[3].x;
    rest[3].y = before[3].y;
    if (rest != before) return std::nullopt; // of another size, direction or depth
    const glm::dvec2 texels = glm::dvec2{before[3] - after[3]} * (size_ * 0.5);
    const glm::dvec2 whole = glm::round(texels);
    constexpr double rounded = 1e-3; // texels
    const bool fits = glm::all(glm::lessThan(glm::abs(texels - whole), glm::dvec2{rounded}));
    const bool overlaps = glm::all(glm::lessThan(glm::abs(whole), glm::dvec2{static_cast<double>(size_)}));
    return fits && overlaps ? std::optional{glm::ivec2{whole}} : std::nullopt;
}

std::vector<VkRect2D> ShadowMap::newAfter(glm::ivec2 scroll) const {
    const auto size = static_cast<int>(size_);
    const auto across = static_cast<std::uint32_t>(std::abs(scroll.x)), down = static_cast<std::uint32_t>(std::abs(scroll.y));
    std::vector<VkRect2D> areas;
    if (across > 0) areas.push_back({{scroll.x > 0 ? size - scroll.x : 0, 0}, {across, size_}});
    if (down > 0) areas.push_back({{scroll.x > 0 ? 0 : -scroll.x, scroll.y > 0 ? size - scroll.y : 0}, {size_ - across, down}});
    return areas;
}

ShadowSquare ShadowMap::partOf(ShadowSquare square, const VkRect2D& area) const {
    const float texel = 2.0f / static_cast<float>(size_); // of the map's -1…1
    square.partHalf = glm::vec2{area.extent.width, area.extent.height} * texel * 0.5f;
    square.partCentre = glm::vec2{area.offset.x, area.offset.y} * texel - 1.0f + square.partHalf;
    return square;
}

glm::mat4 ShadowMap::fromRelative(const Cascade& cascade, glm::dvec3 origin) {
    glm::dmat4 m = cascade.shadowFromWorld;
    m[3] = m * glm::dvec4{origin, 1};
    return glm::mat4{m};
}

ShadowSquare ShadowMap::squareOf(const Cascade& cascade, glm::dvec3 origin) const {
    const auto radius = static_cast<float>(cascade.radius);
    return {fromRelative(cascade, origin), radius, 2 * radius / static_cast<float>(size_)};
}

std::vector<ShadowSquare> ShadowMap::squares(glm::dvec3 origin) const {
    std::vector<ShadowSquare> all;
    for (const auto& cascade : std::span{cascades_}.first(count_)) all.push_back(squareOf(cascade, origin));
    return all;
}

void ShadowMap::forget() {
    for (auto& cascade : cascades_) {
        cascade.stillDirty = cascade.movingDirty = true;
        cascade.scroll.reset();
    }
}

void ShadowMap::describe(GpuFrame& data, glm::dvec3 origin) const {
    data.cascades = count_;
    for (std::uint32_t i = 0; i < count_; ++i) {
        data.shadowFromRelative[i] = fromRelative(cascades_[i], origin);
        data.shadowTexel[static_cast<int>(i)] = static_cast<float>(2 * cascades_[i].radius / size_);
        data.shadowMaps[i] = cascades_[i].image.heapIndex();
    }
}

void ShadowMap::collect(const SceneStore& store, const Placement& placement, glm::dvec3 origin,
                        std::vector<GpuInstance>& instances) {
    for (std::uint32_t i = 0; i < count_; ++i) {
        auto& cascade = cascades_[i];
        const auto square = squareOf(cascade, origin);
        const auto from = [&](Casters which, Part& part) {
            placement.collectCasters(store, which, partOf(square, part.area), instances, part.casters);
        };
        cascade.parts.clear();
        if (cascade.stillDirty) {
            const auto areas = cascade.scroll ? newAfter(*cascade.scroll) : std::vector{all()};
            for (const auto& area : areas)
                from(cascade.separate ? Casters::Still : Casters::All,
                     cascade.parts.emplace_back(Part{.area = area, .isNew = true, .casters = {}}));
            if (cascade.scroll) std::swap(cascade.first(), cascade.before);
        }
        cascade.moving.area = all();
        cascade.moving.casters.clear();
        if (cascade.movingDirty && cascade.separate) from(Casters::Moving, cascade.moving);
    }
}

void ShadowMap::drawParts(const Pass& pass, const gpu::Image& image, std::span<const Part> parts,
                          const glm::mat4& shadowFromRelative, VkAttachmentLoadOp before) const {
    const VkRenderingAttachmentInfo depth{.sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO,
                                          .imageView = image.view(),
                                          .imageLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL,
                                          .loadOp = before,
                                          .storeOp = VK_ATTACHMENT_STORE_OP_STORE,
                                          .clearValue = {.depthStencil = {1, 0}}};
    const VkRenderingInfo info{
        .sType = VK_STRUCTURE_TYPE_RENDERING_INFO, .renderArea = all(), .layerCount = 1, .pDepthAttachment = &depth};
    vkCmdBeginRendering(pass.commands, &info);
    pass.setViewport({size_, size_});
    pass.setPush(shadowFromRelative);
    pass.bindIndices();
    const VkClearAttachment empty{.aspectMask = VK_IMAGE_ASPECT_DEPTH_BIT, .clearValue = {.depthStencil = {1, 0}}};
    for (const auto& part : parts) {
        const VkClearRect rect{part.area, 0, 1};
        if (part.isNew && before == VK_ATTACHMENT_LOAD_OP_LOAD) vkCmdClearAttachments(pass.commands, 1, &empty, 1, &rect);
        vkCmdSetScissor(pass.commands, 0, 1, &part.area);
        pass.bind(pass.pipelines.shadow);
        pass.draw(part.casters.opaque, false);
        if (pass.sections) pass.sections->drawShadow(pass, part.casters);
    }
    vkCmdEndRendering(pass.commands);
}

VkImageCopy ShadowMap::whole() const {
    constexpr VkImageSubresourceLayers layers{VK_IMAGE_ASPECT_DEPTH_BIT, 0, 0, 1};
    return {.srcSubresource = layers, .dstSubresource = layers, .extent = {size_, size_, 1}};
}

void ShadowMap::copy(const Pass& pass, const gpu::Image& from, VkImageLayout layout, const gpu::Image& to,
                     const VkImageCopy& region) {
    constexpr auto transfer = VK_PIPELINE_STAGE_2_COPY_BIT;
    auto source = depthToSampled(from.handle());
    source.toStage = transfer;
    source.toAccess = VK_ACCESS_2_TRANSFER_READ_BIT;
    // Copied from in an earlier frame, in the same layout, or sampled.
    source.fromStage |= transfer | VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT;
    source.fromLayout = layout;
    source.toLayout = VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL;
    auto target = beforeDepth(to.handle());
    target.fromStage |= transfer;
    target.toStage = transfer;
    target.toAccess = VK_ACCESS_2_TRANSFER_WRITE_BIT;
    target.toLayout = VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL;
    gpu::barriers(pass.commands, std::array{source, target});
    vkCmdCopyImage(pass.commands, from.handle(), VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, to.handle(),
                   VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &region);
    // Where nothing is drawn over the copy next frame, the map without what moves is attached again, or copied again.
    auto after = beforeDepth(to.handle());
    after.fromStage = transfer;
    after.fromAccess = VK_ACCESS_2_TRANSFER_WRITE_BIT;
    after.fromLayout = VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL;
    auto back = beforeDepth(from.handle());
    back.fromStage = transfer;
    back.fromAccess = VK_ACCESS_2_NONE;
    back.fromLayout = VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL;
    gpu::barriers(pass.commands, std::array{after, back});
}

void ShadowMap::drawStill(const Pass& pass, Cascade& cascade, const glm::mat4& shadowFromRelative) const {
    const auto& map = cascade.first();
    if (cascade.scroll) {
        const glm::ivec2 by = *cascade.scroll;
        const auto kept = size_ - glm::uvec2{glm::abs(by)};
        VkImageCopy region = whole();
        region.srcOffset = {std::max(by.x, 0), std::max(by.y, 0), 0};
        region.dstOffset = {std::max(-by.x, 0), std::max(-by.y, 0), 0};
        region.extent = {kept.x, kept.y, 1};
        const auto layout = cascade.separate ? VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL : VK_IMAGE_LAYOUT_READ_ONLY_OPTIMAL;
        copy(pass, cascade.before, layout, map, region);
    } else {
        const auto before = beforeDepth(map.handle());
        gpu::barriers(pass.commands, {&before, 1});
    }
    drawParts(pass, map, cascade.parts, shadowFromRelative,
              cascade.scroll ? VK_ATTACHMENT_LOAD_OP_LOAD : VK_ATTACHMENT_LOAD_OP_CLEAR);
}

std::uint32_t ShadowMap::record(const Pass& pass, glm::dvec3 origin) {
    std::uint32_t calls = 0;
    for (std::uint32_t i = 0; i < count_; ++i) {
        auto& cascade = cascades_[i];
        const bool still = std::exchange(cascade.stillDirty, false);
        const bool moving = std::exchange(cascade.movingDirty, false);
        if (!moving) continue; // nothing changed at all
        gpu::beginLabel(pass.frame, "shadow");
        const auto matrix = fromRelative(cascade, origin);
        if (still) {
            drawStill(pass, cascade, matrix);
            for (const auto& part : cascade.parts) calls += static_cast<std::uint32_t>(part.casters.opaque.size());
        }
        if (cascade.separate) {
            copy(pass, cascade.still, VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL, cascade.image, whole());
            drawParts(pass, cascade.image, {&cascade.moving, 1}, matrix, VK_ATTACHMENT_LOAD_OP_LOAD);
            calls += static_cast<std::uint32_t>(cascade.moving.casters.opaque.size());
        }
        const auto after = depthToSampled(cascade.image.handle());
        gpu::barriers(pass.commands, {&after, 1});
        gpu::endLabel(pass.frame);
    }
    return calls;
}

} // namespace millwright::render
