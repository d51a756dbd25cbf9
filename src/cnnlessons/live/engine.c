// The page engine: a network forward and backward, with its losses, SGD and first weights, for WebAssembly without libc.
//
// One instance holds one network, read from the JSON of an Arch. Numbers lie as [block][unit][16]: 16 images side by side,
// so that every loop is over four vectors of four. Layers whose numbers stay what they are (Flatten) share the memory of
// their input. Shapes are believed: the host has traced them, and says in a sentence what does not fit.

#include <wasm_simd128.h>

typedef float v4 __attribute__((vector_size(16)));
typedef float v4u __attribute__((vector_size(16), aligned(4)));
typedef int i4 __attribute__((vector_size(16)));
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define EXPORT(name) __attribute__((export_name(#name)))
#define INLINE static inline __attribute__((always_inline))
#define APART static __attribute__((noinline))
#define LANES 16
#define MAX_LAYERS 96
#define MAX_TENSORS 160

// ---------------------------------------------------------------- numbers

INLINE v4 all(float x) { return (v4){x, x, x, x}; }
INLINE v4 pick(i4 mask, v4 yes, v4 no) { return (v4)((mask & (i4)yes) | (~mask & (i4)no)); }
INLINE v4 larger(v4 a, v4 b) { return pick(a > b, a, b); }
INLINE v4 smaller(v4 a, v4 b) { return pick(a < b, a, b); }
INLINE float sum4(v4 x) { return (x[0] + x[1]) + (x[2] + x[3]); }
INLINE v4 root(v4 x) { return (v4)wasm_f32x4_sqrt((v128_t)x); }

// e^x, ln x and tanh x: the polynomials of the Cephes library, good to the last digits of a float.
APART v4 vexp(v4 x) {
  x = smaller(larger(x, all(-87.3f)), all(88.3f));
  v4 n = (v4)wasm_f32x4_floor((v128_t)(x * all(1.44269504f) + all(0.5f)));
  v4 r = x - n * all(0.693359375f) + n * all(2.12194440e-4f);
  v4 y = all(1.9875691500e-4f);
  y = y * r + all(1.3981999507e-3f);
  y = y * r + all(8.3334519073e-3f);
  y = y * r + all(4.1665795894e-2f);
  y = y * r + all(1.6666665459e-1f);
  y = y * r + all(5.0000001201e-1f);
  y = y * r * r + r + all(1.f);
  i4 power = ((i4)wasm_i32x4_trunc_sat_f32x4((v128_t)n) + 127) << 23;
  return y * (v4)power;
}

APART v4 vlog(v4 x) {
  i4 bits = (i4)x;
  i4 e = ((bits >> 23) & 255) - 126;
  v4 m = (v4)((bits & 0x007fffff) | 0x3f000000);  // 0.5 … 1
  i4 low = m < all(0.707106781f);
  e += low;  // a mask is −1
  m = pick(low, m + m, m) - all(1.f);
  v4 z = m * m, y = all(7.0376836292e-2f);
  y = y * m - all(1.1514610310e-1f);
  y = y * m + all(1.1676998740e-1f);
  y = y * m - all(1.2420140846e-1f);
  y = y * m + all(1.4249322787e-1f);
  y = y * m - all(1.6668057665e-1f);
  y = y * m + all(2.0000714765e-1f);
  y = y * m - all(2.4999993993e-1f);
  y = y * m + all(3.3333331174e-1f);
  v4 n = (v4)wasm_f32x4_convert_i32x4((v128_t)e);
  return m + (y * m * z - n * all(2.12194440e-4f) - all(0.5f) * z) + n * all(0.693359375f);
}

APART v4 vtanh(v4 x) {
  v4 z = x * x, y = all(-5.70498872745e-3f);
  y = y * z + all(2.06390887954e-2f);
  y = y * z - all(5.37397155531e-2f);
  y = y * z + all(1.33314422036e-1f);
  y = y * z - all(3.33332819422e-1f);
  v4 small = y * z * x + x;
  i4 negative = x < all(0.f);
  v4 size = pick(negative, -x, x);
  v4 large = all(1.f) - all(2.f) / (vexp(size + size) + all(1.f));
  return pick(size < all(0.625f), small, pick(negative, -large, large));
}

// s^−β: with two roots for the β of the papers, by logarithms for any other.
APART v4 power(v4 s, float beta) {
  if (beta == 0.75f) {
    v4 half = root(s);
    return all(1.f) / (half * root(half));
  }
  return vexp(all(-beta) * vlog(s));
}

static float exp1(float x) { return vexp(all(x))[0]; }
static float log1(float x) { return vlog(all(x))[0]; }

// ---------------------------------------------------------------- memory

extern unsigned char __heap_base;
static u32 end;  // of what is in use

void *memset(void *to, int value, unsigned long n) {
  u8 *p = to;
  while (n--) *p++ = (u8)value;
  return to;
}
void *memcpy(void *to, const void *from, unsigned long n) {
  u8 *p = to;
  const u8 *q = from;
  while (n--) *p++ = *q++;
  return to;
}

static int failed;  // memory that could not be had
static void *take(u64 bytes) {
  u64 start = (end + 15) & ~15u, last = start + bytes;
  u64 have = (u64)__builtin_wasm_memory_size(0) << 16;
  if (last > 0xffff0000u) return failed = 1, (void *)0;
  if (last > have && __builtin_wasm_memory_grow(0, (last - have + 65535) >> 16) == (unsigned long)-1)
    return failed = 1, (void *)0;
  end = (u32)last;
  return (void *)(u32)start;
}
static float *floats(u64 n) { return take(n * 4); }
static void clear(float *x, u32 n) {
  for (u32 i = 0; i < n; i++) x[i] = 0;
}

// ---------------------------------------------------------------- the network

enum Type { CONV, LOCAL, MAXPOOL, AVGPOOL, SUBSAMPLE, ADAPTIVE, FLATTEN, LINEAR, RELU, TANH, SCALEDTANH, SIGMOID, SOFTMAX,
  DROPOUT, LRN, GROUPEDLRN, WITHINLRN, BATCHNORM, RBF, TYPES };
static const char *TYPE_NAMES[TYPES] = {"Conv", "Local", "MaxPool", "AvgPool", "Subsample", "AdaptiveAvgPool", "Flatten",
  "Linear", "ReLU", "Tanh", "ScaledTanh", "Sigmoid", "Softmax", "Dropout", "LRN", "GroupedLRN", "WithinMapLRN", "BatchNorm",
  "RBF"};
enum Role { WEIGHT, BIAS, COEFFICIENT, MEAN, VARIANCE, BATCHES, CODES };  // the host knows their names

typedef struct { float *value, *grad, *speed; u32 size; int layer, role; } Tensor;

typedef struct {
  enum Type type;
  const char *name;  // in the JSON, up to its quote
  int C, H, W, O, OH, OW;  // in and out; a vector is (units, 1, 1)
  int kh, kw, sh, sw, ph, pw, dh, dw, groups;
  int n;
  float p, alpha, beta, k;
  int PH, PW;  // sides of the padded input of a convolution
  int dense;  // a convolution whose window covers the map, once
  int in, out;  // units
  int first;  // its first tensor
  int pairs;  // kernels of a table
  u8 *table;  // the input map of each pair, row by row
  u16 *reads;  // how many each output map has
  float *full, *full_grad;  // a table's kernels with zeros for those it lacks
  float *y, *dy;  // [block][out][16]
  float *extra;  // [block][out][16]: LRN's k + α Σ x²
  u16 *mask;  // [block][out]: which of 16 units dropout keeps
  float *stats;  // batch norm, per map of the batch: mean, 1/√(var + ε), variance, and what rounding took from the mean
} Layer;

static Layer layers[MAX_LAYERS];
static Tensor tensors[MAX_TENSORS];
static int count, tensor_count, lowest;  // lowest: the first layer with weights
static int blocks, images;  // room, and images of the last pass
static u32 arena;  // where what depends on the number of images begins
static float *x16, *staged, *given;  // input in lanes; image by image, out and in
static u8 *labels;
static float *padded, *turned;  // room for one layer and block
static int has_norm;
static u64 chance;

// ---------------------------------------------------------------- random numbers (PCG32)

static u32 draw(void) {
  u64 old = chance;
  chance = old * 6364136223846793005ull + 1442695040888963407ull;
  u32 x = (u32)(((old >> 18) ^ old) >> 27), r = (u32)(old >> 59);
  return (x >> r) | (x << (-r & 31));
}
static float uniform(void) { return (float)(draw() >> 8) * (1.f / 16777216.f); }  // 0 … 1
static float normal(void) {
  for (;;) {
    float a = 2 * uniform() - 1, b = 2 * uniform() - 1, s = a * a + b * b;
    if (s > 1e-12f && s < 1) return a * __builtin_sqrtf(-2 * log1(s) / s);
  }
}
EXPORT(seed) void seed(u32 value) {
  chance = value * 2862933555777941757ull + 3037000493ull;
  draw();
}

// ---------------------------------------------------------------- reading the JSON

static char *text;
EXPORT(text) char *reserve_text(u32 bytes) {
  end = (u32)&__heap_base;
  failed = 0;
  return text = take(bytes + 1);
}

static const char *space(const char *p) {
  while (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r' || *p == ',' || *p == ':') p++;
  return p;
}
static const char *after(const char *p) {  // the value at p
  p = space(p);
  if (*p == '"') {
    for (p++; *p != '"'; p++) p += *p == '\\';
    return p + 1;
  }
  if (*p == '{' || *p == '[') {
    for (p = space(p + 1); *p != '}' && *p != ']'; p = space(p)) p = after(p);
    return p + 1;
  }
  while (*p && *p != ',' && *p != '}' && *p != ']') p++;
  return p;
}
static int same(const char *p, const char *word) {  // p begins after a quote
  while (*word && *p == *word) p++, word++;
  return !*word && *p == '"';
}
static const char *find(const char *object, const char *key) {
  for (const char *p = space(object + 1); *p && *p != '}'; p = space(after(p))) {
    int here = same(p + 1, key);
    p = space(after(p));
    if (here) return p;
  }
  return 0;
}
static float read(const char *p) {
  float sign = 1;
  int e = 0, minus = 0;
  if (*p == '-') sign = -1, p++;
  double d = 0, scale = 1;
  for (; *p >= '0' && *p <= '9'; p++) d = 10 * d + (*p - '0');
  if (*p == '.') for (p++; *p >= '0' && *p <= '9'; p++) d = 10 * d + (*p - '0'), scale *= 10;
  if (*p == 'e' || *p == 'E') {
    p++;
    if (*p == '-' || *p == '+') minus = *p++ == '-';
    for (; *p >= '0' && *p <= '9'; p++) e = 10 * e + (*p - '0');
  }
  d /= scale;
  for (; e > 0; e--) d = minus ? d / 10 : d * 10;
  return sign * (float)d;
}
static float one(const char *object, const char *key, float otherwise) {
  const char *p = find(object, key);
  if (!p || *p == 'n' || *p == '"') return otherwise;
  return *p == 't' ? 1 : *p == 'f' ? 0 : read(p);
}
static void two(const char *object, const char *key, int otherwise, int *a, int *b) {
  const char *p = find(object, key);
  *a = *b = otherwise;
  if (!p || *p == 'n' || *p == '"') return;
  if (*p != '[') {
    *a = *b = (int)read(p);
    return;
  }
  p = space(p + 1);
  *a = (int)read(p);
  *b = (int)read(space(after(p)));
}

// ---------------------------------------------------------------- making it

static Tensor *tensor(int layer, int role, u32 size) {
  if (tensor_count == MAX_TENSORS) return failed = 1, &tensors[0];
  Tensor *t = &tensors[tensor_count++];
  *t = (Tensor){floats(size), 0, 0, size, layer, role};
  if (failed) return t;
  clear(t->value, size);
  if (role <= COEFFICIENT) {
    t->grad = floats(size), t->speed = floats(size);
    if (!failed) clear(t->grad, size), clear(t->speed, size);
    if (lowest < 0) lowest = layer;
  }
  return t;
}

static int windows(int n, int k, int s, int p, int ceil) {
  int over = n + 2 * p - k, whole = over / s + 1, steps = (over + s - 1) / s + 1;
  return ceil && (steps - 1) * s < n + p ? steps : whole;
}

static float fan_in(const Layer *l) {
  if (l->type == LINEAR) return (float)l->in;
  return (float)(l->C / l->groups * l->kh * l->kw);
}

static void spread(float *x, u32 n, float bound) {
  for (u32 i = 0; i < n; i++) x[i] = bound * (2 * uniform() - 1);
}
static void gauss(float *x, u32 n, float std) {
  for (u32 i = 0; i < n; i++) x[i] = std * normal();
}
static void fill(float *x, u32 n, float value) {
  for (u32 i = 0; i < n; i++) x[i] = value;
}

typedef struct { const char *name; float fan; u8 one, wide; } Start;  // biases of 1; the program's 0.03
static const Start ALEXNET[] = {{"conv1", 363}, {"conv2", 1200, 1}, {"conv3", 2304, 0, 1}, {"conv4", 1728, 1, 1},
  {"conv5", 1728, 1, 1}, {"fc6", 9216, 1}, {"fc7", 4096, 1}, {"fc8", 4096}, {0}};
static const Start VGG[] = {{"conv1_1", 27}, {"conv1_2", 576}, {"conv2_1", 576}, {"conv2_2", 1152}, {"conv3_1", 1152},
  {"conv3_2", 2304}, {"conv3_3", 2304}, {"conv3_4", 2304}, {"conv4_1", 2304}, {"conv4_2", 4608}, {"conv4_3", 4608},
  {"conv4_4", 4608}, {"conv5_1", 4608}, {"conv5_2", 4608}, {"conv5_3", 4608}, {"conv5_4", 4608}, {"fc6", 25088},
  {"fc7", 4096}, {"fc8", 4096}, {0}};

// First weights, as modules/initialise.py has them. Returns 1 + the layer that a paper's start cannot be scaled to, or 0.
static int start(const char *init) {
  int lecun = same(init, "lecun1998"), glorot = same(init, "glorot"), he = same(init, "he");
  int program = same(init, "krizhevsky2012-program"), vgg = same(init, "simonyan2014-scaled");
  int zeros = same(init, "krizhevsky2012-scaled-zeros"), scaled = zeros || vgg || same(init, "krizhevsky2012-scaled");
  int ones = program || same(init, "krizhevsky2012") || same(init, "krizhevsky2012-scaled");
  int small = ones || scaled || same(init, "normal-0.01");
  for (int i = 0; i < count; i++) {
    Layer *l = &layers[i];
    Tensor *t = &tensors[l->first];
    if (l->type == BATCHNORM) fill(t[0].value, t[0].size, 1), fill(t[3].value, t[3].size, 1);
    if (l->type == SUBSAMPLE) fill(t[0].value, t[0].size, 1.f / (float)(l->kh * l->kw));
    if (l->type != CONV && l->type != LOCAL && l->type != LINEAR) continue;
    float fan = fan_in(l), bound = 1 / __builtin_sqrtf(fan);
    if (l->table) {  // each map by the inputs it reads
      float *w = t[0].value;
      int area = l->kh * l->kw;
      for (int o = 0; o < l->O; o++) {
        int reads = l->reads[o];
        float b = lecun ? 2.4f / (float)(reads * area) : 1 / __builtin_sqrtf((float)(reads * area));
        spread(w, (u32)(reads * area), b);
        spread(t[1].value + o, 1, b);
        w += reads * area;
      }
      continue;
    }
    if (l->type == LOCAL || !(lecun || glorot || he || small)) {
      spread(t[0].value, t[0].size, bound), spread(t[1].value, t[1].size, bound);
      continue;
    }
    if (lecun) {
      spread(t[0].value, t[0].size, 2.4f / fan), spread(t[1].value, t[1].size, 2.4f / fan);
      continue;
    }
    if (glorot) {
      float fan_out = l->type == LINEAR ? (float)l->out : (float)(l->O * l->kh * l->kw);
      spread(t[0].value, t[0].size, __builtin_sqrtf(6 / (fan + fan_out)));
      continue;
    }
    if (he) {
      gauss(t[0].value, t[0].size, __builtin_sqrtf(2 / fan));
      continue;
    }
    const Start *s = vgg ? VGG : ALEXNET;
    while (s->name && !same(l->name, s->name)) s++;
    if (scaled && !s->name) return 1 + i;
    float std = scaled ? 0.01f * __builtin_sqrtf(s->fan / fan) : program && s->name && s->wide ? 0.03f : 0.01f;
    gauss(t[0].value, t[0].size, std);
    if (ones && s->name && s->one) fill(t[1].value, t[1].size, 1);
  }
  return 0;
}

static void widen(Layer *l);

// Reads the text. Returns 0; −1 without memory; 1000 + i for a layer of a foreign type; 1 + i for a start that has no rule.
EXPORT(make) int make(u32 seeded) {
  count = tensor_count = blocks = images = has_norm = 0;
  lowest = -1;
  seed(seeded);
  const char *p = space(find(text, "input") + 1);
  int C = (int)read(p), H = (int)read(p = space(after(p))), W = (int)read(space(after(p)));
  for (p = space(find(text, "layers") + 1); *p == '{'; p = space(after(p))) {
    if (count == MAX_LAYERS) return -1;
    Layer *l = &layers[count];
    *l = (Layer){.C = C, .H = H, .W = W, .O = C, .OH = H, .OW = W, .sh = 1, .sw = 1, .dh = 1, .dw = 1, .groups = 1};
    const char *type = find(p, "type") + 1;
    for (l->type = 0; l->type < TYPES && !same(type, TYPE_NAMES[l->type]); l->type++) {}
    if (l->type == TYPES) return 1000 + count;
    l->name = find(p, "name") + 1;
    l->in = C * H * W;
    l->first = tensor_count;
    int ceil = (int)one(p, "ceil", 0), n = count++;
    switch (l->type) {
      case CONV:
      case LOCAL: {
        l->O = (int)one(p, "maps", 1);
        two(p, "k", 1, &l->kh, &l->kw), two(p, "s", 1, &l->sh, &l->sw), two(p, "p", 0, &l->ph, &l->pw);
        two(p, "d", 1, &l->dh, &l->dw);
        l->groups = (int)one(p, "groups", 1);
        int reach_h = l->dh * (l->kh - 1) + 1, reach_w = l->dw * (l->kw - 1) + 1;
        l->OH = windows(H, reach_h, l->sh, l->ph, ceil), l->OW = windows(W, reach_w, l->sw, l->pw, ceil);
        l->PH = (l->OH - 1) * l->sh + reach_h, l->PW = (l->OW - 1) * l->sw + reach_w;
        if (l->PH < H + l->ph) l->PH = H + l->ph;
        if (l->PW < W + l->pw) l->PW = W + l->pw;
        const char *row = find(p, "table");
        u32 each = (u32)(l->kh * l->kw);
        if (l->type == LOCAL) {
          u32 places = (u32)(l->OH * l->OW);
          tensor(n, WEIGHT, places * (u32)C * each * (u32)l->O), tensor(n, BIAS, places * (u32)l->O);
          break;
        }
        if (row && *row == '[') {
          l->table = take((u64)l->O * (u64)C), l->reads = take(2 * (u64)l->O);
          if (failed) return -1;
          u16 *reads = l->reads;
          for (row = space(row + 1); *row == '['; row = space(after(row)), reads++) {
            *reads = 0;
            for (const char *q = space(row + 1); *q != ']'; q = space(after(q)), ++*reads) l->table[l->pairs++] = (u8)read(q);
          }
          u32 all_of_them = (u32)(l->O * C) * each;
          l->full = floats(all_of_them), l->full_grad = floats(all_of_them);
          tensor(n, WEIGHT, (u32)l->pairs * each);
        } else {
          tensor(n, WEIGHT, (u32)(l->O * (C / l->groups)) * each);
          l->dense = l->kh == H && l->kw == W && !l->ph && !l->pw && l->groups == 1 && l->OH * l->OW == 1 && l->dh * l->dw == 1;
        }
        tensor(n, BIAS, (u32)l->O);
        break;
      }
      case MAXPOOL:
      case AVGPOOL:
      case SUBSAMPLE:
        two(p, "k", 2, &l->kh, &l->kw), two(p, "s", -1, &l->sh, &l->sw), two(p, "p", 0, &l->ph, &l->pw);
        if (l->sh < 0) l->sh = l->kh, l->sw = l->kw;
        l->OH = windows(H, l->kh, l->sh, l->ph, ceil), l->OW = windows(W, l->kw, l->sw, l->pw, ceil);
        if (l->type == SUBSAMPLE) tensor(n, COEFFICIENT, (u32)C), tensor(n, BIAS, (u32)C);
        break;
      case ADAPTIVE:
        two(p, "n", 1, &l->OH, &l->OW);
        break;
      case FLATTEN:
        l->O = l->in, l->OH = l->OW = 1;
        break;
      case LINEAR:
        l->O = (int)one(p, "units", 1);
        tensor(n, WEIGHT, (u32)(l->O * l->in)), tensor(n, BIAS, (u32)l->O);
        break;
      case DROPOUT:
        l->p = one(p, "p", 0.5f);
        break;
      case LRN:
      case GROUPEDLRN:
        l->n = (int)one(p, "n", 5), l->k = one(p, "k", 2), l->alpha = one(p, "alpha", 1e-4f), l->beta = one(p, "beta", 0.75f);
        l->groups = l->type == GROUPEDLRN ? (int)one(p, "groups", 2) : 1;
        break;
      case WITHINLRN:
        l->n = (int)one(p, "n", 5), l->k = one(p, "k", 1), l->alpha = one(p, "alpha", 4e-5f), l->beta = one(p, "beta", 0.75f);
        break;
      case BATCHNORM:
        tensor(n, WEIGHT, (u32)C), tensor(n, BIAS, (u32)C);
        tensor(n, MEAN, (u32)C), tensor(n, VARIANCE, (u32)C), tensor(n, BATCHES, 1);
        l->stats = floats(4 * (u64)C);
        has_norm = 1;
        break;
      case RBF: {
        const char *row = space(find(p, "codes") + 1);
        l->O = 0;
        for (const char *q = row; *q == '['; q = space(after(q))) l->O++;
        Tensor *t = tensor(n, CODES, (u32)(l->O * l->in));
        if (failed) return -1;
        float *code = t->value;
        for (; *row == '['; row = space(after(row)))
          for (const char *q = space(row + 1); *q != ']'; q = space(after(q))) *code++ = read(q);
        break;
      }
      default:
        break;
    }
    l->out = l->O * l->OH * l->OW;
    C = l->O, H = l->OH, W = l->OW;
  }
  if (failed) return -1;
  int found = start(find(text, "init") ? find(text, "init") + 1 : "torch\"");
  for (int i = 0; i < count; i++) if (layers[i].table) widen(&layers[i]);
  end = (end + 15) & ~15u;
  arena = end;
  return found;
}

// Room for that many images. Returns the bytes that it takes, or −1 if they cannot be had.
EXPORT(reserve) double reserve(int n) {
  int needed = (n + LANES - 1) / LANES;
  if (needed <= blocks) return end;
  blocks = 0;
  end = arena;
  failed = 0;
  u64 widest = (u64)layers[0].in, room = 16, turn = 16;
  for (int i = 0; i < count; i++) {
    Layer *l = &layers[i];
    if ((u64)l->out > widest) widest = (u64)l->out;
    u64 pad = (u64)l->C * (u64)l->PH * (u64)l->PW * LANES;
    if ((l->type == CONV || l->type == LOCAL) && pad > room) room = pad;
    if ((l->type == LINEAR || l->dense) && (u64)l->in + 16 > turn) turn = (u64)l->in + 16;
  }
  u64 all_images = (u64)needed * LANES;
  given = floats(all_images * (u64)layers[0].in);
  labels = take(all_images);
  staged = floats(all_images * widest);
  x16 = floats(all_images * (u64)layers[0].in);
  padded = floats(room), turned = floats(turn * LANES);
  float *before = x16, *grad_before = floats(all_images * (u64)layers[0].in);
  for (int i = 0; i < count && !failed; i++) {
    Layer *l = &layers[i];
    u64 size = all_images * (u64)l->out;
    if (l->type == FLATTEN) l->y = before, l->dy = grad_before;
    else l->y = floats(size), l->dy = floats(size);
    if (l->type == LRN || l->type == GROUPEDLRN || l->type == WITHINLRN) l->extra = floats(size);
    if (l->type == DROPOUT) l->mask = take(2 * size / LANES);
    before = l->y, grad_before = l->dy;
  }
  if (failed) return -1;
  blocks = needed;
  return end;
}

// ---------------------------------------------------------------- convolution

// A table's kernels among zeros, and the gradients of those that exist back out of the full ones.
static void widen(Layer *l) {
  int area = l->kh * l->kw;
  const float *w = tensors[l->first].value;
  const u8 *source = l->table;
  clear(l->full, (u32)(l->O * l->C * area));
  for (int o = 0; o < l->O; o++)
    for (int i = 0; i < l->reads[o]; i++, source++)
      for (int j = 0; j < area; j++) l->full[(o * l->C + *source) * area + j] = *w++;
}
static void narrow(Layer *l) {
  int area = l->kh * l->kw;
  float *g = tensors[l->first].grad;
  const u8 *source = l->table;
  for (int o = 0; o < l->O; o++)
    for (int i = 0; i < l->reads[o]; i++, source++)
      for (int j = 0; j < area; j++) *g++ += l->full_grad[(o * l->C + *source) * area + j];
}

// The input of a convolution with its zeros around it: the input itself where there are none.
static const float *surrounded(const Layer *l, const float *x) {
  if (l->PH == l->H && l->PW == l->W) return x;
  clear(padded, (u32)(l->C * l->PH * l->PW * LANES));
  for (int c = 0; c < l->C; c++)
    for (int y = 0; y < l->H; y++) {
      v4 *to = (v4 *)(padded + ((c * l->PH + y + l->ph) * l->PW + l->pw) * LANES);
      const v4 *from = (const v4 *)(x + (c * l->H + y) * l->W * LANES);
      for (int i = 0; i < l->W * 4; i++) to[i] = from[i];
    }
  return padded;
}

// Two output maps at once: eight sums stay in registers.
INLINE void conv_pair(const Layer *l, int KH, int KW, const float *x, int I, const float *w0, const float *w1, float b0,
    float b1, float *y0, float *y1) {
  int row = l->PW * l->dh * LANES, step = l->dw * LANES, map = l->PH * l->PW * LANES;
  for (int oy = 0; oy < l->OH; oy++)
    for (int ox = 0; ox < l->OW; ox++) {
      v4 a0 = all(b0), a1 = a0, a2 = a0, a3 = a0, c0 = all(b1), c1 = c0, c2 = c0, c3 = c0;
      const float *at = x + (oy * l->sh * l->PW + ox * l->sw) * LANES, *u = w0, *v = w1;
      for (int i = 0; i < I; i++, at += map) {
        const float *line = at;
        for (int ky = 0; ky < KH; ky++, line += row) {
          const float *cell = line;
          for (int kx = 0; kx < KW; kx++, cell += step) {
            const v4 *in = (const v4 *)cell;
            v4 p = all(*u++), q = all(*v++);
            a0 += p * in[0], a1 += p * in[1], a2 += p * in[2], a3 += p * in[3];
            c0 += q * in[0], c1 += q * in[1], c2 += q * in[2], c3 += q * in[3];
          }
        }
      }
      v4 *s = (v4 *)(y0 + (oy * l->OW + ox) * LANES), *t = (v4 *)(y1 + (oy * l->OW + ox) * LANES);
      s[0] = a0, s[1] = a1, s[2] = a2, s[3] = a3;
      t[0] = c0, t[1] = c1, t[2] = c2, t[3] = c3;
    }
}

APART void conv_forward(const Layer *l, const float *x, float *y) {
  const float *w = l->table ? l->full : tensors[l->first].value, *bias = tensors[l->first + 1].value;
  int I = l->C / l->groups, each = I * l->kh * l->kw, maps = l->O / l->groups, place = l->OH * l->OW * LANES;
  const float *in = surrounded(l, x);
  for (int g = 0; g < l->groups; g++) {
    const float *from = in + g * I * l->PH * l->PW * LANES;
    for (int m = 0; m < maps; m += 2) {
      int o = g * maps + m, o1 = m + 1 < maps ? o + 1 : o;
      const float *w0 = w + o * each, *w1 = w + o1 * each;
      float *y0 = y + o * place, *y1 = y + o1 * place;
      if (l->kh == 5 && l->kw == 5) conv_pair(l, 5, 5, from, I, w0, w1, bias[o], bias[o1], y0, y1);
      else if (l->kh == 3 && l->kw == 3) conv_pair(l, 3, 3, from, I, w0, w1, bias[o], bias[o1], y0, y1);
      else conv_pair(l, l->kh, l->kw, from, I, w0, w1, bias[o], bias[o1], y0, y1);
    }
  }
}

// What two output maps say to T neighbouring cells of one kernel row.
INLINE void taps(const Layer *l, int T, const float *in, const float *d0, const float *d1, float *g0, float *g1) {
  v4 a[5], c[5];
  for (int t = 0; t < T; t++) a[t] = c[t] = all(0);
  int step = l->dw * LANES, across = l->sw * LANES;
  for (int oy = 0; oy < l->OH; oy++) {
    const float *cell = in + oy * l->sh * l->PW * LANES;
    for (int ox = 0; ox < l->OW; ox++, cell += across, d0 += LANES, d1 += LANES)
      for (int s = 0; s < LANES; s += 4) {
        v4 p = *(const v4 *)(d0 + s), q = *(const v4 *)(d1 + s);
        for (int t = 0; t < T; t++) {
          v4 v = *(const v4 *)(cell + t * step + s);
          a[t] += p * v, c[t] += q * v;
        }
      }
  }
  for (int t = 0; t < T; t++) {
    g0[t] += sum4(a[t]);
    if (g1) g1[t] += sum4(c[t]);
  }
}

APART void bias_gradient(const Layer *l, const float *dy) {
  float *g = tensors[l->first + 1].grad;
  for (int o = 0; o < l->O; o++) {
    double total = 0;
    for (int i = 0; i < l->OH * l->OW * 4;) {
      v4 s = all(0);
      for (int stop = i + 64; i < l->OH * l->OW * 4 && i < stop; i++, dy += 4) s += *(const v4 *)dy;
      total += sum4(s);
    }
    g[o] += (float)total;
  }
}

APART void conv_weights(Layer *l, const float *x, const float *dy) {
  float *g = l->table ? l->full_grad : tensors[l->first].grad;
  int I = l->C / l->groups, area = l->kh * l->kw, maps = l->O / l->groups, place = l->OH * l->OW * LANES;
  const float *in = surrounded(l, x);
  if (l->table) clear(g, (u32)(l->O * l->C * area));
  for (int o = 0; o < l->O; o += 2) {
    int two_maps = o + 1 < l->O && o / maps == (o + 1) / maps;
    const float *d0 = dy + o * place, *d1 = two_maps ? d0 + place : d0;
    for (int i = 0; i < I; i++)
      for (int ky = 0; ky < l->kh; ky++) {
        const float *line = in + (((o / maps * I + i) * l->PH + ky * l->dh) * l->PW) * LANES;
        float *g0 = g + (o * I + i) * area + ky * l->kw, *g1 = two_maps ? g0 + I * area : 0;
        for (int kx = 0; kx < l->kw; kx += 5) {
          const float *from = line + kx * l->dw * LANES;
          float *h0 = g0 + kx, *h1 = g1 ? g1 + kx : 0;
          switch (l->kw - kx) {
            case 1: taps(l, 1, from, d0, d1, h0, h1); break;
            case 2: taps(l, 2, from, d0, d1, h0, h1); break;
            case 3: taps(l, 3, from, d0, d1, h0, h1); break;
            case 4: taps(l, 4, from, d0, d1, h0, h1); break;
            default: taps(l, 5, from, d0, d1, h0, h1);
          }
        }
      }
    if (!two_maps && o + 1 < l->O) o--;  // the next map belongs to another group: begin with it
  }
  if (l->table) narrow(l);
}

// Two input maps at once: each of their numbers gathers from the windows that saw it.
APART void conv_input(const Layer *l, const float *dy, float *dx) {
  const float *w = l->table ? l->full : tensors[l->first].value;
  int I = l->C / l->groups, area = l->kh * l->kw, maps = l->O / l->groups, plane = l->OH * l->OW * LANES;
  for (int g = 0; g < l->groups; g++)
    for (int i = 0; i < I; i += 2) {
      int i1 = i + 1 < I ? i + 1 : i;
      float *to0 = dx + (g * I + i) * l->H * l->W * LANES, *to1 = dx + (g * I + i1) * l->H * l->W * LANES;
      for (int Y = 0; Y < l->H; Y++)
        for (int X = 0; X < l->W; X++, to0 += LANES, to1 += LANES) {
          v4 a0 = all(0), a1 = a0, a2 = a0, a3 = a0, c0 = a0, c1 = a0, c2 = a0, c3 = a0;
          const float *from = dy + g * maps * plane, *u = w + (g * maps * I + i) * area, *v = w + (g * maps * I + i1) * area;
          int plain = l->sh == 1 && l->sw == 1 && l->dh == 1 && l->dw == 1;
          int y0 = Y + l->ph, x0 = X + l->pw;
          int ky0 = plain && y0 - l->OH + 1 > 0 ? y0 - l->OH + 1 : 0, kx0 = plain && x0 - l->OW + 1 > 0 ? x0 - l->OW + 1 : 0;
          int ky1 = plain && y0 < l->kh - 1 ? y0 + 1 : l->kh, kx1 = plain && x0 < l->kw - 1 ? x0 + 1 : l->kw;
          for (int o = 0; o < maps; o++, from += plane, u += I * area, v += I * area)
            for (int ky = ky0; ky < ky1; ky++) {
              int y = y0 - ky * l->dh;
              if (!plain) {
                if (y < 0 || y % l->sh || (y /= l->sh) >= l->OH) continue;
              }
              for (int kx = kx0; kx < kx1; kx++) {
                int x = x0 - kx * l->dw;
                if (!plain) {
                  if (x < 0 || x % l->sw || (x /= l->sw) >= l->OW) continue;
                }
                const v4 *d = (const v4 *)(from + (y * l->OW + x) * LANES);
                v4 p = all(u[ky * l->kw + kx]), q = all(v[ky * l->kw + kx]);
                a0 += p * d[0], a1 += p * d[1], a2 += p * d[2], a3 += p * d[3];
                c0 += q * d[0], c1 += q * d[1], c2 += q * d[2], c3 += q * d[3];
              }
            }
          v4 *s = (v4 *)to0, *t = (v4 *)to1;
          s[0] = a0, s[1] = a1, s[2] = a2, s[3] = a3;
          t[0] = c0, t[1] = c1, t[2] = c2, t[3] = c3;
        }
    }
}

// ---------------------------------------------------------------- dense layers, and convolutions that fit once

APART void dense_forward(const Layer *l, const float *x, float *y) {
  const float *w = tensors[l->first].value, *bias = tensors[l->first + 1].value;
  for (int o = 0; o < l->out; o += 2) {
    int o1 = o + 1 < l->out ? o + 1 : o;
    const float *u = w + o * l->in, *v = w + o1 * l->in;
    v4 a0 = all(bias[o]), a1 = a0, a2 = a0, a3 = a0, c0 = all(bias[o1]), c1 = c0, c2 = c0, c3 = c0;
    const v4 *in = (const v4 *)x;
    for (int i = 0; i < l->in; i++, in += 4) {
      v4 p = all(u[i]), q = all(v[i]);
      a0 += p * in[0], a1 += p * in[1], a2 += p * in[2], a3 += p * in[3];
      c0 += q * in[0], c1 += q * in[1], c2 += q * in[2], c3 += q * in[3];
    }
    v4 *s = (v4 *)(y + o * LANES), *t = (v4 *)(y + o1 * LANES);
    s[0] = a0, s[1] = a1, s[2] = a2, s[3] = a3;
    t[0] = c0, t[1] = c1, t[2] = c2, t[3] = c3;
  }
}

APART void dense_weights(const Layer *l, const float *x, const float *dy) {
  float *g = tensors[l->first].grad;
  int F = l->in, wide = F & ~15;
  for (int i = 0; i < F; i++)
    for (int n = 0; n < LANES; n++) turned[n * F + i] = x[i * LANES + n];  // a row an image
  for (int o = 0; o < l->out; o += 2) {
    int both = o + 1 < l->out;
    const float *d0 = dy + o * LANES, *d1 = both ? d0 + LANES : d0;
    float *g0 = g + o * F, *g1 = g0 + F;
    for (int i = 0; i < wide; i += 16) {
      v4u *r = (v4u *)(g0 + i), *s = (v4u *)(g1 + i);
      v4 a0 = r[0], a1 = r[1], a2 = r[2], a3 = r[3], c0 = all(0), c1 = c0, c2 = c0, c3 = c0;
      for (int n = 0; n < LANES; n++) {
        const v4u *in = (const v4u *)(turned + n * F + i);
        v4 p = all(d0[n]), q = all(d1[n]);
        a0 += p * in[0], a1 += p * in[1], a2 += p * in[2], a3 += p * in[3];
        c0 += q * in[0], c1 += q * in[1], c2 += q * in[2], c3 += q * in[3];
      }
      r[0] = a0, r[1] = a1, r[2] = a2, r[3] = a3;
      if (both) s[0] += c0, s[1] += c1, s[2] += c2, s[3] += c3;
    }
    for (int i = wide; i < F; i++)
      for (int n = 0; n < LANES; n++) {
        g0[i] += d0[n] * x[i * LANES + n];
        if (both) g1[i] += d1[n] * x[i * LANES + n];
      }
  }
}

APART void dense_input(const Layer *l, const float *dy, float *dx) {
  const float *w = tensors[l->first].value;
  for (int i = 0; i < l->in; i += 2) {
    int i1 = i + 1 < l->in ? i + 1 : i;
    v4 a0 = all(0), a1 = a0, a2 = a0, a3 = a0, c0 = a0, c1 = a0, c2 = a0, c3 = a0;
    const v4 *d = (const v4 *)dy;
    const float *u = w + i, *v = w + i1;
    for (int o = 0; o < l->out; o++, d += 4, u += l->in, v += l->in) {
      v4 p = all(*u), q = all(*v);
      a0 += p * d[0], a1 += p * d[1], a2 += p * d[2], a3 += p * d[3];
      c0 += q * d[0], c1 += q * d[1], c2 += q * d[2], c3 += q * d[3];
    }
    v4 *s = (v4 *)(dx + i * LANES), *t = (v4 *)(dx + i1 * LANES);
    s[0] = a0, s[1] = a1, s[2] = a2, s[3] = a3;
    t[0] = c0, t[1] = c1, t[2] = c2, t[3] = c3;
  }
}

// ---------------------------------------------------------------- a layer that shares no weights

// weight [place][C·kh·kw][O], bias [O][place]; one function for both ways, `back` adds the gradients.
APART void local(const Layer *l, const float *x, float *y, const float *dy, float *dx, int back) {
  Tensor *t = &tensors[l->first];
  int places = l->OH * l->OW, each = l->C * l->kh * l->kw;
  for (int place = 0; place < places; place++) {
    int oy = place / l->OW, ox = place % l->OW;
    for (int o = 0; o < l->O; o++) {
      v4 a[4], *out = (v4 *)(y + (o * places + place) * LANES);
      const v4 *d = (const v4 *)(dy + (o * places + place) * LANES);
      for (int s = 0; s < 4; s++) a[s] = all(t[1].value[o * places + place]);
      if (back) t[1].grad[o * places + place] += sum4(d[0] + d[1] + d[2] + d[3]);
      for (int j = 0; j < each; j++) {
        int c = j / (l->kh * l->kw), Y = oy + j / l->kw % l->kh - l->ph, X = ox + j % l->kw - l->pw;
        if (Y < 0 || Y >= l->H || X < 0 || X >= l->W) continue;
        int at = (place * each + j) * l->O + o;
        const v4 *in = (const v4 *)(x + ((c * l->H + Y) * l->W + X) * LANES);
        v4 w = all(t[0].value[at]);
        if (!back) {
          for (int s = 0; s < 4; s++) a[s] += w * in[s];
          continue;
        }
        t[0].grad[at] += sum4(d[0] * in[0] + d[1] * in[1] + d[2] * in[2] + d[3] * in[3]);
        v4 *to = dx ? (v4 *)(dx + ((c * l->H + Y) * l->W + X) * LANES) : 0;
        for (int s = 0; to && s < 4; s++) to[s] += w * d[s];
      }
      if (!back) for (int s = 0; s < 4; s++) out[s] = a[s];
    }
  }
}

// ---------------------------------------------------------------- pools

typedef struct { int y0, y1, x0, x1; float share; } Pane;  // cells of a window that lie in the map
static Pane pane(const Layer *l, int oy, int ox) {
  Pane w;
  if (l->type == ADAPTIVE) {
    w.y0 = oy * l->H / l->OH, w.y1 = ((oy + 1) * l->H + l->OH - 1) / l->OH;
    w.x0 = ox * l->W / l->OW, w.x1 = ((ox + 1) * l->W + l->OW - 1) / l->OW;
    w.share = 1.f / (float)((w.y1 - w.y0) * (w.x1 - w.x0));
    return w;
  }
  w.y0 = oy * l->sh - l->ph, w.y1 = w.y0 + l->kh, w.x0 = ox * l->sw - l->pw, w.x1 = w.x0 + l->kw;
  // padding counts as zeros, what is beyond it (rounding up) does not
  int deep = (w.y1 < l->H + l->ph ? w.y1 : l->H + l->ph) - w.y0, wide = (w.x1 < l->W + l->pw ? w.x1 : l->W + l->pw) - w.x0;
  w.share = l->type == AVGPOOL ? 1.f / (float)(deep * wide) : 1;
  if (w.y0 < 0) w.y0 = 0;
  if (w.x0 < 0) w.x0 = 0;
  if (w.y1 > l->H) w.y1 = l->H;
  if (w.x1 > l->W) w.x1 = l->W;
  return w;
}

APART void pool_forward(const Layer *l, const float *x, float *y) {
  const float *coefficient = tensors[l->first].value, *bias = tensors[l->first + 1].value;
  for (int c = 0; c < l->C; c++, x += l->H * l->W * LANES)
    for (int oy = 0; oy < l->OH; oy++)
      for (int ox = 0; ox < l->OW; ox++, y += LANES) {
        Pane w = pane(l, oy, ox);
        v4 a[4], *out = (v4 *)y;
        int most = l->type == MAXPOOL;
        for (int s = 0; s < 4; s++) a[s] = all(most ? -3.4e38f : 0);
        for (int Y = w.y0; Y < w.y1; Y++) {
          const v4 *in = (const v4 *)(x + (Y * l->W + w.x0) * LANES);
          for (int X = w.x0; X < w.x1; X++, in += 4)
            for (int s = 0; s < 4; s++) a[s] = most ? larger(in[s], a[s]) : a[s] + in[s];
        }
        v4 scale = all(l->type == SUBSAMPLE ? coefficient[c] : w.share), shift = all(l->type == SUBSAMPLE ? bias[c] : 0);
        for (int s = 0; s < 4; s++) out[s] = most ? a[s] : a[s] * scale + shift;
      }
}

APART void pool_backward(const Layer *l, const float *x, const float *y, const float *dy, float *dx) {
  Tensor *t = &tensors[l->first];
  if (dx) clear(dx, (u32)(l->in * LANES));
  for (int c = 0; c < l->C; c++, x += l->H * l->W * LANES, dx += dx ? l->H * l->W * LANES : 0) {
    v4 slope = all(0), sum = all(0);  // of the coefficient and the bias
    for (int oy = 0; oy < l->OH; oy++)
      for (int ox = 0; ox < l->OW; ox++, y += LANES, dy += LANES) {
        Pane w = pane(l, oy, ox);
        const v4 *out = (const v4 *)y, *d = (const v4 *)dy;
        i4 open[4] = {~(i4){0}, ~(i4){0}, ~(i4){0}, ~(i4){0}};  // the first of equals takes it all, as in PyTorch
        v4 scale = all(l->type == SUBSAMPLE ? t[0].value[c] : w.share), total = all(0);
        for (int Y = w.y0; Y < w.y1; Y++)
          for (int X = w.x0; X < w.x1; X++) {
            const v4 *in = (const v4 *)(x + (Y * l->W + X) * LANES);
            v4 *to = dx ? (v4 *)(dx + (Y * l->W + X) * LANES) : 0;
            for (int s = 0; s < 4; s++) {
              if (l->type == SUBSAMPLE) total += in[s] * d[s];
              if (!to) continue;
              if (l->type == MAXPOOL) {
                i4 wins = (in[s] == out[s]) & open[s];
                open[s] &= ~wins;
                to[s] += (v4)((i4)d[s] & wins);
              } else {
                to[s] += d[s] * scale;
              }
            }
          }
        slope += total, sum += d[0] + d[1] + d[2] + d[3];
      }
    if (l->type == SUBSAMPLE) t[0].grad[c] += sum4(slope), t[1].grad[c] += sum4(sum);
  }
}

// ---------------------------------------------------------------- normalisation

// The maps whose squares map c sees: PyTorch's, c − ⌊n/2⌋ … c + ⌊(n − 1)/2⌋, inside its group. `seen` asks who sees c.
static void neighbours(const Layer *l, int c, int seen, int *from, int *to) {
  *from = c, *to = c + 1;
  if (l->type == WITHINLRN) return;
  int each = l->C / l->groups, first = c / each * each, before = l->n / 2, behind = (l->n - 1) / 2;
  *from = c - (seen ? behind : before), *to = c + (seen ? before : behind) + 1;
  if (*from < first) *from = first;
  if (*to > first + each) *to = first + each;
}

// The sum over the neighbours of unit (c, Y, X), who are in other maps or, for WITHINLRN, around it in its own.
INLINE v4 around(const Layer *l, const float *a, int squared, int from, int to, int Y, int X, int s) {
  int r = l->type == WITHINLRN ? l->n / 2 : 0;
  v4 sum = all(0);
  for (int c = from; c < to; c++)
    for (int v = Y - r < 0 ? 0 : Y - r; v <= Y + r && v < l->H; v++)
      for (int u = X - r < 0 ? 0 : X - r; u <= X + r && u < l->W; u++) {
        v4 value = *(const v4 *)(a + ((c * l->H + v) * l->W + u) * LANES + s);
        sum += squared ? value * value : value;
      }
  return sum;
}

APART void lrn_forward(const Layer *l, const float *x, float *y, float *scale) {
  for (int c = 0; c < l->C; c++) {
    int from, to;
    neighbours(l, c, 0, &from, &to);
    for (int Y = 0; Y < l->H; Y++)
      for (int X = 0; X < l->W; X++)
        for (int s = 0; s < LANES; s += 4) {
          int at = ((c * l->H + Y) * l->W + X) * LANES + s;
          v4 sum = all(l->k) + all(l->alpha) * around(l, x, 1, from, to, Y, X, s);
          *(v4 *)(scale + at) = sum;
          *(v4 *)(y + at) = *(const v4 *)(x + at) * power(sum, l->beta);
        }
  }
}

// dx = dy·s^−β − 2αβ x Σ dy·y/s, the sum over those who see x. `scale` is overwritten with dy·y/s.
APART void lrn_backward(const Layer *l, const float *x, const float *y, float *scale, const float *dy, float *dx) {
  for (int i = 0; i < l->in * LANES; i += 4) {
    v4 s = *(v4 *)(scale + i), d = *(const v4 *)(dy + i);
    *(v4 *)(dx + i) = d * power(s, l->beta);
    *(v4 *)(scale + i) = d * *(const v4 *)(y + i) / s;
  }
  for (int c = 0; c < l->C; c++) {
    int from, to;
    neighbours(l, c, 1, &from, &to);
    for (int Y = 0; Y < l->H; Y++)
      for (int X = 0; X < l->W; X++)
        for (int s = 0; s < LANES; s += 4) {
          int at = ((c * l->H + Y) * l->W + X) * LANES + s;
          v4 sum = around(l, scale, 0, from, to, Y, X, s);
          *(v4 *)(dx + at) -= all(2 * l->alpha * l->beta) * *(const v4 *)(x + at) * sum;
        }
  }
}

// Which of 16 images of a block are there.
static v4 present(int b, int s) {
  v4 here;
  for (int i = 0; i < 4; i++) here[i] = b * LANES + s + i < images ? 1 : 0;
  return here;
}

// Mean and variance of each map over all images of the batch, all blocks.
APART void norm_statistics(Layer *l, const float *x) {
  int plane = l->H * l->W, used = (images + LANES - 1) / LANES;
  for (int c = 0; c < l->C; c++) {
    double total = 0, squares = 0, n = (double)images * plane;
    for (int pass = 0; pass < 2; pass++) {
      float mean = (float)(total / n);
      for (int b = 0; b < used; b++)
        for (int s = 0; s < LANES; s += 4) {
          v4 here = present(b, s);
          const float *from = x + ((u32)b * (u32)l->in + (u32)(c * plane)) * LANES + s;
          for (int i = 0; i < plane;) {  // sixteen at a time, then in double: what follows takes differences
            v4 sum = all(0);
            for (int stop = i + 16; i < plane && i < stop; i++, from += LANES) {
              v4 v = *(const v4 *)from;
              sum += pass ? (v - all(mean)) * (v - all(mean)) : v;
            }
            *(pass ? &squares : &total) += sum4(sum * here);
          }
        }
    }
    float variance = (float)(squares / n);
    l->stats[c] = (float)(total / n), l->stats[3 * l->C + c] = (float)(total / n - l->stats[c]);
    l->stats[l->C + c] = 1 / __builtin_sqrtf(variance + 1e-5f);
    l->stats[2 * l->C + c] = (float)(n > 1 ? squares / (n - 1) : squares);
  }
}

APART void norm_forward(const Layer *l, const float *x, float *y, int train) {
  Tensor *t = &tensors[l->first];
  for (int c = 0; c < l->C; c++) {
    float mean = train ? l->stats[c] : t[2].value[c], rest = train ? l->stats[3 * l->C + c] : 0;
    float scale = t[0].value[c] * (train ? l->stats[l->C + c] : 1 / __builtin_sqrtf(t[3].value[c] + 1e-5f));
    for (int i = 0; i < l->H * l->W * 4; i++, x += 4, y += 4)
      *(v4 *)y = (*(const v4 *)x - all(mean) - all(rest)) * all(scale) + all(t[1].value[c]);
  }
}

// All blocks at once: the mean and the variance of a batch join its images.
APART void norm_backward(const Layer *l, const float *x, const float *dy, float *dx) {
  Tensor *t = &tensors[l->first];
  int plane = l->H * l->W, used = (images + LANES - 1) / LANES;
  for (int c = 0; c < l->C; c++) {
    float mean = l->stats[c], rest = l->stats[3 * l->C + c], inverse = l->stats[l->C + c], n = (float)images * (float)plane;
    double sum = 0, product = 0;
    for (int b = 0; b < used; b++) {
      u32 at = ((u32)b * (u32)l->in + (u32)(c * plane)) * LANES;
      for (int i = 0; i < plane * LANES;) {
        v4 s = all(0), p = all(0);
        for (int stop = i + 64; i < plane * LANES && i < stop; i += 4) {
          v4 d = *(const v4 *)(dy + at + i);
          s += d, p += d * (*(const v4 *)(x + at + i) - all(mean) - all(rest));
        }
        sum += sum4(s), product += sum4(p);
      }
    }
    float along = (float)product * inverse;
    t[0].grad[c] += along, t[1].grad[c] += (float)sum;
    if (!dx) continue;
    v4 scale = all(t[0].value[c] * inverse), part = all((float)sum / n), slope = all(along * inverse / n);
    for (int b = 0; b < used; b++) {
      u32 at = ((u32)b * (u32)l->in + (u32)(c * plane)) * LANES;
      for (int i = 0; i < plane * LANES; i += 4) {
        v4 d = scale * (*(const v4 *)(dy + at + i) - part - (*(const v4 *)(x + at + i) - all(mean) - all(rest)) * slope);
        *(v4 *)(dx + at + i) = d * present(b, i & 15);
      }
    }
  }
}

// ---------------------------------------------------------------- one number at a time

APART void pointwise_forward(const Layer *l, const float *x, float *y, u16 *mask, int train) {
  u32 threshold = (u32)((double)l->p * 4294967296.0);
  float scale = 1 / (1 - l->p);
  for (int u = 0; u < l->in; u++, x += LANES, y += LANES) {
    u32 bits = 0;
    if (l->type == DROPOUT && train) {
      for (int i = 0; i < LANES; i++) bits |= (u32)(draw() >= threshold) << i;
      mask[u] = (u16)bits;
    }
    for (int s = 0; s < LANES; s += 4) {
      v4 a = *(const v4 *)(x + s), out;
      switch (l->type) {
        case RELU: out = pick(a > all(0), a, all(0)); break;
        case TANH: out = vtanh(a); break;
        case SCALEDTANH: out = all(1.7159f) * vtanh(all(2.f / 3.f) * a); break;
        case SIGMOID: out = all(1) / (all(1) + vexp(-a)); break;
        default:  // dropout
          out = a;
          if (train) for (int i = 0; i < 4; i++) out[i] = bits >> (s + i) & 1 ? a[i] * scale : 0;
      }
      *(v4 *)(y + s) = out;
    }
  }
}

APART void pointwise_backward(const Layer *l, const float *y, const u16 *mask, const float *dy, float *dx) {
  float scale = 1 / (1 - l->p);
  for (int u = 0; u < l->in; u++, y += LANES, dy += LANES, dx += LANES)
    for (int s = 0; s < LANES; s += 4) {
      v4 a = *(const v4 *)(y + s), d = *(const v4 *)(dy + s), out;
      switch (l->type) {
        case RELU: out = (v4)((i4)d & (a > all(0))); break;
        case TANH: out = d * (all(1) - a * a); break;
        case SCALEDTANH: out = d * all(2.f / 3.f * 1.7159f) * (all(1) - a * a * all(1 / (1.7159f * 1.7159f))); break;
        case SIGMOID: out = d * a * (all(1) - a); break;
        default:
          for (int i = 0; i < 4; i++) out[i] = mask[u] >> (s + i) & 1 ? d[i] * scale : 0;
      }
      *(v4 *)(dx + s) = out;
    }
}

// Over the classes: the units of a vector, or the maps at each place.
APART void softmax_forward(const Layer *l, const float *x, float *y) {
  int plane = l->H * l->W * LANES;
  for (int at = 0; at < plane; at += 4) {
    v4 most = *(const v4 *)(x + at), sum = all(0);
    for (int c = 1; c < l->C; c++) most = larger(most, *(const v4 *)(x + c * plane + at));
    for (int c = 0; c < l->C; c++) sum += *(v4 *)(y + c * plane + at) = vexp(*(const v4 *)(x + c * plane + at) - most);
    for (int c = 0; c < l->C; c++) *(v4 *)(y + c * plane + at) /= sum;
  }
}
APART void softmax_backward(const Layer *l, const float *y, const float *dy, float *dx) {
  int plane = l->H * l->W * LANES;
  for (int at = 0; at < plane; at += 4) {
    v4 sum = all(0);
    for (int c = 0; c < l->C; c++) sum += *(const v4 *)(y + c * plane + at) * *(const v4 *)(dy + c * plane + at);
    for (int c = 0; c < l->C; c++)
      *(v4 *)(dx + c * plane + at) = *(const v4 *)(y + c * plane + at) * (*(const v4 *)(dy + c * plane + at) - sum);
  }
}

// Squared distances to codes.
APART void rbf_forward(const Layer *l, const float *x, float *y) {
  const float *code = tensors[l->first].value;
  for (int o = 0; o < l->O; o++, code += l->in)
    for (int s = 0; s < LANES; s += 4) {
      v4 sum = all(0);
      for (int j = 0; j < l->in; j++) {
        v4 d = *(const v4 *)(x + j * LANES + s) - all(code[j]);
        sum += d * d;
      }
      *(v4 *)(y + o * LANES + s) = sum;
    }
}
APART void rbf_backward(const Layer *l, const float *x, const float *dy, float *dx) {
  const float *code = tensors[l->first].value;
  for (int j = 0; j < l->in; j++)
    for (int s = 0; s < LANES; s += 4) {
      v4 sum = all(0);
      for (int o = 0; o < l->O; o++)
        sum += *(const v4 *)(dy + o * LANES + s) * (*(const v4 *)(x + j * LANES + s) - all(code[o * l->in + j]));
      *(v4 *)(dx + j * LANES + s) = all(2) * sum;
    }
}

// ---------------------------------------------------------------- passes

static float *input_of(int i) { return i ? layers[i - 1].y : x16; }

static void forward(int i, int b, int train) {
  Layer *l = &layers[i];
  float *x = input_of(i) + (u32)b * (u32)l->in * LANES, *y = l->y + (u32)b * (u32)l->out * LANES;
  switch (l->type) {
    case CONV:
      if (l->dense) dense_forward(l, x, y);
      else conv_forward(l, x, y);
      break;
    case LINEAR: dense_forward(l, x, y); break;
    case LOCAL: local(l, x, y, y, 0, 0); break;
    case MAXPOOL: case AVGPOOL: case SUBSAMPLE: case ADAPTIVE: pool_forward(l, x, y); break;
    case FLATTEN: break;
    case SOFTMAX: softmax_forward(l, x, y); break;
    case LRN: case GROUPEDLRN: case WITHINLRN: lrn_forward(l, x, y, l->extra + (u32)b * (u32)l->out * LANES); break;
    case BATCHNORM: norm_forward(l, x, y, train); break;
    case RBF: rbf_forward(l, x, y); break;
    default: pointwise_forward(l, x, y, l->mask + (l->mask ? (u32)b * (u32)l->out : 0), train);
  }
}

static void backward(int i, int b) {
  Layer *l = &layers[i];
  u32 at = (u32)b * (u32)l->out * LANES, from = (u32)b * (u32)l->in * LANES;
  const float *x = input_of(i) + from, *y = l->y + at, *dy = l->dy + at;
  float *dx = i > lowest ? layers[i - 1].dy + from : 0;  // below the first weights nobody asks
  switch (l->type) {
    case CONV:
    case LINEAR:
      bias_gradient(l, dy);
      if (l->type == LINEAR || l->dense) {
        dense_weights(l, x, dy);
        if (dx) dense_input(l, dy, dx);
      } else {
        conv_weights(l, x, dy);
        if (dx) conv_input(l, dy, dx);
      }
      break;
    case LOCAL:
      if (dx) clear(dx, (u32)(l->in * LANES));
      local(l, x, (float *)y, dy, dx, 1);
      break;
    case MAXPOOL: case AVGPOOL: case SUBSAMPLE: case ADAPTIVE: pool_backward(l, x, y, dy, dx); break;
    case FLATTEN: break;
    case SOFTMAX: softmax_backward(l, y, dy, dx); break;
    case LRN: case GROUPEDLRN: case WITHINLRN: lrn_backward(l, x, y, l->extra + at, dy, dx); break;
    case BATCHNORM: break;  // all blocks at once
    case RBF: rbf_backward(l, x, dy, dx); break;
    default: pointwise_backward(l, y, l->mask + (l->mask ? (u32)b * (u32)l->out : 0), dy, dx);
  }
}

// The first `n` images of what was given, forward. Empty lanes repeat the first image: no zeros that a division could trip over.
// Returns 1, before anything is computed, if a number is infinite or undefined.
EXPORT(run) int run(int n, int train) {
  images = n;
  float odd = 0;  // 0 while all are finite
  int used = (n + LANES - 1) / LANES, in = layers[0].in;
  for (int b = 0; b < used; b++)
    for (int i = 0; i < LANES; i++) {
      const float *from = given + (u32)(b * LANES + i < n ? b * LANES + i : 0) * (u32)in;
      float *to = x16 + (u32)b * (u32)in * LANES + i;
      for (int u = 0; u < in; u++) odd += from[u] - from[u], to[u * LANES] = from[u];
    }
  if (odd != 0) return images = 0, 1;
  if (!(train && has_norm)) {
    for (int b = 0; b < used; b++) for (int i = 0; i < count; i++) forward(i, b, train);
    return 0;
  }
  for (int i = 0; i < count; i++) {
    if (layers[i].type == BATCHNORM) norm_statistics(&layers[i], input_of(i));
    for (int b = 0; b < used; b++) forward(i, b, train);
  }
  return 0;
}

static int right;  // images whose class is the label
EXPORT(correct) int correct(void) { return right; }

// Mean loss of the last pass, and its gradient into the last layer. kind: 0 cross-entropy on logits, 1 probabilities,
// 2 the right class's distance, 3 distances with competition (LeCun et al. 1998, eq. 9, j = 1).
EXPORT(loss) double loss(int kind) {
  Layer *l = &layers[count - 1];
  double total = 0;
  right = 0;
  int used = (images + LANES - 1) / LANES;
  for (int n = 0; n < used * LANES; n++) {
    const float *y = l->y + (u32)(n / LANES) * (u32)l->out * LANES + n % LANES;
    float *dy = l->dy + (u32)(n / LANES) * (u32)l->out * LANES + n % LANES, each = 1 / (float)images;
    if (n >= images) {
      for (int c = 0; c < l->out; c++) dy[c * LANES] = 0;
      continue;
    }
    int label = labels[n], best = 0, distances = kind >= 2;
    for (int c = 1; c < l->out; c++)
      if (distances ? y[c * LANES] < y[best * LANES] : y[c * LANES] > y[best * LANES]) best = c;
    right += best == label;
    if (kind == 1) {
      float p = y[label * LANES], low = 1e-7f, high = 1 - 1e-7f;
      for (int c = 0; c < l->out; c++) dy[c * LANES] = 0;
      if (p >= low && p <= high) dy[label * LANES] = -each / p;
      total -= log1(p < low ? low : p > high ? high : p);
      continue;
    }
    if (kind == 2) {
      for (int c = 0; c < l->out; c++) dy[c * LANES] = c == label ? each : 0;
      total += y[label * LANES];
      continue;
    }
    float sign = distances ? -1 : 1, most = sign * y[best * LANES], sum = 0;
    if (distances && most < -1) most = -1;
    for (int c = 0; c < l->out; c++) sum += exp1(sign * y[c * LANES] - most);
    if (distances) sum += exp1(-1 - most);
    for (int c = 0; c < l->out; c++)
      dy[c * LANES] = sign * each * (exp1(sign * y[c * LANES] - most) / sum - (c == label ? 1.f : 0.f));
    total += log1(sum) + most - sign * y[label * LANES];
  }
  return total / images;
}

// All gradients of the last pass. The length of all of them together is returned.
EXPORT(back) double back(void) {
  for (int t = 0; t < tensor_count; t++) if (tensors[t].grad) clear(tensors[t].grad, tensors[t].size);
  int used = (images + LANES - 1) / LANES;
  for (int i = count - 1; i >= lowest && lowest >= 0; i--) {
    Layer *l = &layers[i];
    if (l->type == BATCHNORM) norm_backward(l, input_of(i), l->dy, i > lowest ? layers[i - 1].dy : 0);
    for (int b = 0; b < used; b++) backward(i, b);
  }
  double total = 0;
  for (int t = 0; t < tensor_count; t++)
    for (u32 i = 0; tensors[t].grad && i < tensors[t].size; i++) total += (double)tensors[t].grad[i] * tensors[t].grad[i];
  return __builtin_sqrt(total);
}

// A step of torch.optim.SGD on gradients times `scale`; batch norm's moving averages move with it.
EXPORT(step) void step(float lr, float momentum, float decay, float scale) {
  for (int t = 0; t < tensor_count; t++) {
    Tensor *one = &tensors[t];
    if (!one->grad) continue;
    for (u32 i = 0; i < one->size; i++) {
      float g = one->grad[i] * scale + decay * one->value[i];
      if (momentum) g = one->speed[i] = momentum * one->speed[i] + g;
      one->value[i] -= lr * g;
    }
  }
  for (int i = 0; i < count; i++) {
    Layer *l = &layers[i];
    if (l->table) widen(l);
    if (l->type != BATCHNORM) continue;
    Tensor *t = &tensors[l->first];
    for (int c = 0; c < l->C; c++) {
      t[2].value[c] += 0.1f * (l->stats[c] - t[2].value[c]);
      t[3].value[c] += 0.1f * (l->stats[2 * l->C + c] - t[3].value[c]);
    }
    t[4].value[0] += 1;
  }
}

// ---------------------------------------------------------------- what the host asks

EXPORT(tensors) int how_many(void) { return tensor_count; }
EXPORT(tensor_layer) int tensor_layer(int t) { return tensors[t].layer; }
EXPORT(tensor_role) int tensor_role(int t) { return tensors[t].role; }
EXPORT(tensor_size) u32 tensor_size(int t) { return tensors[t].size; }
EXPORT(tensor_value) float *tensor_value(int t) { return tensors[t].value; }
EXPORT(tensor_grad) float *tensor_grad(int t) { return tensors[t].grad; }
EXPORT(tensor_speed) float *tensor_speed(int t) { return tensors[t].speed; }
EXPORT(weights_set) void weights_set(void) {
  for (int i = 0; i < count; i++) if (layers[i].table) widen(&layers[i]);
}
EXPORT(given) float *where_given(void) { return given; }
EXPORT(labels) u8 *where_labels(void) { return labels; }
EXPORT(lowest) int first_with_weights(void) { return lowest; }

// A layer's outputs of the last pass (or the gradient of the loss with respect to them), image by image; −1: the input.
EXPORT(gather) float *gather(int i, int gradient) {
  int units = i < 0 ? layers[0].in : layers[i].out;
  const float *from = i < 0 ? x16 : gradient ? layers[i].dy : layers[i].y;
  for (int n = 0; n < images; n++)
    for (int u = 0; u < units; u++)
      staged[(u32)n * (u32)units + u] = from[((u32)(n / LANES) * (u32)units + u) * LANES + n % LANES];
  return staged;
}
EXPORT(units) int units(int i) { return i < 0 ? layers[0].in : layers[i].out; }
