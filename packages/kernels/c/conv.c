/*
 * Wrapping 32-bit convolution as a blocked matrix product: per group, pack weights in panels of 4 rows, gather patches
 * (im2col) in panels of 8 pixels, multiply panel by panel in registers. Addresses depend on the geometry only.
 */
#include "vec.h"

enum { PANEL_ROWS = 4, PANEL_COLUMNS = 8, BLOCK_DEPTH = 256, SLACK = 8 };

struct geometry {
  uint32_t in_channels, in_height, in_width, out_channels;
  uint32_t kernel_y, kernel_x, stride_y, stride_x, pad_y, pad_x, dilation_y, dilation_x;
  uint32_t groups, out_height, out_width;
};

/* What one group of the convolution needs, cut from the caller's scratch memory. */
struct plan {
  uint32_t channels, rows, depth, pixels, height, width; /* height, width: of a padded channel */
  uint32_t *padded;                                      /* [channels x height x width] and slack */
  uint32_t *pixel_offset;                                /* [pixels rounded up to 8] */
  uint32_t *depth_offset;                                /* [depth] */
  uint32_t *weights;                                     /* [rows / 4][depth][4], then [rows % 4][depth] */
  uint32_t *patches;                                     /* [BLOCK_DEPTH][8] */
};

static inline uint32_t round_up(uint32_t value, uint32_t unit) { return (value + unit - 1) / unit * unit; }

static void measure(const struct geometry *g, struct plan *p) {
  p->channels = g->in_channels / g->groups;
  p->rows = g->out_channels / g->groups;
  p->depth = p->channels * g->kernel_y * g->kernel_x;
  p->pixels = g->out_height * g->out_width;
  p->height = g->in_height + 2 * g->pad_y;
  p->width = g->in_width + 2 * g->pad_x;
}

static uint32_t padded_words(const struct plan *p) { return round_up(p->channels * p->height * p->width + SLACK, 4); }
static uint32_t pixel_words(const struct plan *p) { return round_up(p->pixels, PANEL_COLUMNS); }
static uint32_t depth_words(const struct plan *p) { return round_up(p->depth, 4); }
static uint32_t weight_words(const struct plan *p) { return round_up(p->rows * p->depth, 4); }

static void place(struct plan *p, uint32_t *scratch) {
  p->padded = scratch;
  p->pixel_offset = p->padded + padded_words(p);
  p->depth_offset = p->pixel_offset + pixel_words(p);
  p->weights = p->depth_offset + depth_words(p);
  p->patches = p->weights + weight_words(p);
}

/* Bytes of scratch memory that conv needs. */
uint32_t EXPORT(conv_scratch)(const struct geometry *g) {
  struct plan p;
  measure(g, &p);
  uint32_t words = padded_words(&p) + pixel_words(&p) + depth_words(&p) + weight_words(&p);
  return 4 * (words + PANEL_COLUMNS * BLOCK_DEPTH);
}

static void pad_channels(const struct geometry *g, const struct plan *p, const uint32_t *input) {
  uint32_t *to = p->padded;
  for (uint32_t i = 0; i < p->channels * p->height * p->width; i++) to[i] = 0;
  for (uint32_t c = 0; c < p->channels; c++)
    for (uint32_t y = 0; y < g->in_height; y++) {
      uint32_t *row = to + ((size_t)c * p->height + y + g->pad_y) * p->width + g->pad_x;
      const uint32_t *from = input + ((size_t)c * g->in_height + y) * g->in_width;
      for (uint32_t x = 0; x < g->in_width; x++) row[x] = from[x];
    }
}

static void make_offsets(const struct geometry *g, const struct plan *p) {
  uint32_t n = 0, k = 0;
  for (uint32_t y = 0; y < g->out_height; y++)
    for (uint32_t x = 0; x < g->out_width; x++) p->pixel_offset[n++] = y * g->stride_y * p->width + x * g->stride_x;
  /* Columns beyond the last pixel read pixel 0; their products are dropped. */
  while (n % PANEL_COLUMNS) p->pixel_offset[n++] = 0;
  for (uint32_t c = 0; c < p->channels; c++)
    for (uint32_t a = 0; a < g->kernel_y; a++)
      for (uint32_t b = 0; b < g->kernel_x; b++)
        p->depth_offset[k++] = (c * p->height + a * g->dilation_y) * p->width + b * g->dilation_x;
}

static void pack_weights(const struct plan *p, const uint32_t *weight) {
  uint32_t *to = p->weights;
  uint32_t full = p->rows / PANEL_ROWS * PANEL_ROWS;
  for (uint32_t m = 0; m < full; m += PANEL_ROWS)
    for (uint32_t k = 0; k < p->depth; k++)
      for (uint32_t i = 0; i < PANEL_ROWS; i++) *to++ = weight[(size_t)(m + i) * p->depth + k];
  for (size_t i = (size_t)full * p->depth; i < (size_t)p->rows * p->depth; i++) *to++ = weight[i];
}

enum quad { CONSECUTIVE, EVERY_SECOND, SCATTERED };

static enum quad quad_kind(const uint32_t *o) {
  if (o[1] == o[0] + 1 && o[2] == o[0] + 2 && o[3] == o[0] + 3) return CONSECUTIVE;
  if (o[1] == o[0] + 2 && o[2] == o[0] + 4 && o[3] == o[0] + 6) return EVERY_SECOND;
  return SCATTERED;
}

/* Gathers 4 pixels, depths from..to, at distance 8 from depth to depth. */
static void pack_quad(const struct plan *p, const uint32_t *o, uint32_t from, uint32_t to, uint32_t *out) {
  const uint32_t *base = p->padded + o[0];
  switch (quad_kind(o)) {
    case CONSECUTIVE:
      for (uint32_t k = from; k < to; k++, out += PANEL_COLUMNS) store4(out, load4(base + p->depth_offset[k]));
      return;
    case EVERY_SECOND:
      for (uint32_t k = from; k < to; k++, out += PANEL_COLUMNS) {
        const uint32_t *at = base + p->depth_offset[k];
        store4(out, __builtin_shufflevector(load4(at), load4(at + 4), 0, 2, 4, 6));
      }
      return;
    case SCATTERED:
      for (uint32_t k = from; k < to; k++, out += PANEL_COLUMNS) {
        const uint32_t *at = p->padded + p->depth_offset[k];
        store4(out, (u32x4){at[o[0]], at[o[1]], at[o[2]], at[o[3]]});
      }
  }
}

/* acc[i] += sum over k of a[k][i] * b[k], with rows of 8 columns. */
static inline void multiply_4x8(const uint32_t *a, const uint32_t *b, uint32_t depth, u32x4 acc[4][2]) {
  u32x4 c00 = acc[0][0], c01 = acc[0][1], c10 = acc[1][0], c11 = acc[1][1];
  u32x4 c20 = acc[2][0], c21 = acc[2][1], c30 = acc[3][0], c31 = acc[3][1];
  for (uint32_t k = 0; k < depth; k++, a += PANEL_ROWS, b += PANEL_COLUMNS) {
    u32x4 low = load4(b), high = load4(b + 4);
    u32x4 w0 = splat4(a[0]), w1 = splat4(a[1]), w2 = splat4(a[2]), w3 = splat4(a[3]);
    c00 += w0 * low;
    c01 += w0 * high;
    c10 += w1 * low;
    c11 += w1 * high;
    c20 += w2 * low;
    c21 += w2 * high;
    c30 += w3 * low;
    c31 += w3 * high;
  }
  acc[0][0] = c00, acc[0][1] = c01, acc[1][0] = c10, acc[1][1] = c11;
  acc[2][0] = c20, acc[2][1] = c21, acc[3][0] = c30, acc[3][1] = c31;
}

static inline void multiply_1x8(const uint32_t *a, const uint32_t *b, uint32_t depth, u32x4 acc[1][2]) {
  u32x4 low = acc[0][0], high = acc[0][1];
  for (uint32_t k = 0; k < depth; k++, b += PANEL_COLUMNS) {
    u32x4 w = splat4(a[k]);
    low += w * load4(b);
    high += w * load4(b + 4);
  }
  acc[0][0] = low, acc[0][1] = high;
}

/* Adds a finished tile row to its output row, of which `columns` (at most 8) exist. */
static inline void add_row(uint32_t *out, uint32_t columns, const u32x4 tile[2]) {
  if (columns >= PANEL_COLUMNS) {
    store4(out, load4(out) + tile[0]);
    store4(out + 4, load4(out + 4) + tile[1]);
  } else {
    for (uint32_t j = 0; j < columns; j++) out[j] += tile[j / 4][j % 4];
  }
}

/* Adds the product of all weight rows at depths from..to with one panel of patches. */
static void multiply_panel(const struct plan *p, uint32_t from, uint32_t to, const uint32_t *patches, uint32_t columns,
                           uint32_t *out) {
  uint32_t full = p->rows / PANEL_ROWS * PANEL_ROWS;
  for (uint32_t m = 0; m < full; m += PANEL_ROWS) {
    u32x4 tile[4][2] = {{splat4(0)}};
    multiply_4x8(p->weights + (size_t)m * p->depth + (size_t)from * PANEL_ROWS, patches, to - from, tile);
    for (uint32_t i = 0; i < PANEL_ROWS; i++) add_row(out + (size_t)(m + i) * p->pixels, columns, tile[i]);
  }
  for (uint32_t m = full; m < p->rows; m++) {
    u32x4 tile[1][2] = {{splat4(0)}};
    multiply_1x8(p->weights + (size_t)m * p->depth + from, patches, to - from, tile);
    add_row(out + (size_t)m * p->pixels, columns, tile[0]);
  }
}

/* out [out_channels x pixels] comes preset to the bias (or zero). */
void EXPORT(conv)(const struct geometry *g, const uint32_t *input, const uint32_t *weight, uint32_t *scratch,
                  uint32_t *out) {
  struct plan p;
  measure(g, &p);
  place(&p, scratch);
  make_offsets(g, &p);
  for (uint32_t group = 0; group < g->groups; group++) {
    pad_channels(g, &p, input + (size_t)group * p.channels * g->in_height * g->in_width);
    pack_weights(&p, weight + (size_t)group * p.rows * p.depth);
    uint32_t *target = out + (size_t)group * p.rows * p.pixels;
    for (uint32_t from = 0; from < p.depth; from += BLOCK_DEPTH) {
      uint32_t to = from + BLOCK_DEPTH < p.depth ? from + BLOCK_DEPTH : p.depth;
      for (uint32_t j = 0; j < p.pixels; j += PANEL_COLUMNS) {
        pack_quad(&p, p.pixel_offset + j, from, to, p.patches);
        pack_quad(&p, p.pixel_offset + j + 4, from, to, p.patches + 4);
        multiply_panel(&p, from, to, p.patches, p.pixels - j, target + j);
      }
    }
  }
}
