using System.Reflection;
using System.Runtime.InteropServices;

namespace Marketplace.Inference;

/// <summary>The weights, the tokenizer and the shape of a Llama-like model from a GGUF file.</summary>
public sealed class LexiconModel
{
    private const int MaxSize = 16_384;

    private static readonly Lazy<LexiconModel> EmbeddedModel = new(LoadEmbedded);

    private LexiconModel(GgufFile file)
    {
        if (file.Get<string>("general.architecture") != "llama")
        {
            throw new GgufFormatException("Only models of the llama shape are read.");
        }

        Layers = Size(file, "llama.block_count");
        Width = Size(file, "llama.embedding_length");
        Heads = Size(file, "llama.attention.head_count");
        ContextTokens = Size(file, "llama.context_length");
        FeedForward = Size(file, "llama.feed_forward_length");
        if (Width % (2 * Heads) != 0 || file.Get<double>("llama.rope.freq_base") != RotaryTable.FrequencyBase)
        {
            throw new GgufFormatException(
                "The heads do not share out the width in pairs, or the RoPE base is not 10,000.");
        }

        Epsilon = (float)file.Get<double>("llama.attention.layer_norm_rms_epsilon");
        var vocabulary = Strings(file, "tokenizer.ggml.tokens");
        Tokenizer = new LexiconTokenizer(vocabulary, Strings(file, "tokenizer.ggml.merges"));
        Vocabulary = vocabulary.Count;
        Embedding = new QuantizedMatrix(file.Tensor("token_embd.weight", GgufType.Q8, Width, Vocabulary));
        OutputNorm = Floats(file.Tensor("output_norm.weight", GgufType.Float32, Width));
        Blocks = Enumerable.Range(0, Layers)
            .Select(layer => new LexiconBlock(file, layer, Width, FeedForward)).ToArray();
        Rotation = new RotaryTable(ContextTokens, Width / Heads);
    }

    /// <summary>The demo model that the program carries along.</summary>
    public static LexiconModel Embedded => EmbeddedModel.Value;

    public int ContextTokens { get; }

    public LexiconTokenizer Tokenizer { get; }

    internal int Layers { get; }

    internal int Width { get; }

    internal int Heads { get; }

    internal int FeedForward { get; }

    internal int Vocabulary { get; }

    internal float Epsilon { get; }

    internal QuantizedMatrix Embedding { get; }

    internal float[] OutputNorm { get; }

    internal LexiconBlock[] Blocks { get; }

    internal RotaryTable Rotation { get; }

    /// <exception cref="GgufFormatException">The bytes are no model of this shape.</exception>
    public static LexiconModel Load(ReadOnlyMemory<byte> bytes) => new(GgufFile.Read(bytes));

    internal static float[] Floats(GgufTensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.Data.Span).ToArray();

    private static int Size(GgufFile file, string key) => file.Get<long>(key) is >= 1 and <= MaxSize and var size
        ? (int)size
        : throw new GgufFormatException($"{key} is out of range.");

    private static List<string> Strings(GgufFile file, string key) => file.Get<object[]>(key)
        .Select(entry => entry as string ?? throw new GgufFormatException($"{key} has more than text in it.")).ToList();

    private static LexiconModel LoadEmbedded()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("demo-lexicon.gguf")
            ?? throw new GgufFormatException("The demo model is not embedded.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return Load(bytes.ToArray());
    }
}

/// <summary>The weights of one layer.</summary>
internal sealed class LexiconBlock(GgufFile file, int layer, int width, int feedForward)
{
    public float[] AttentionNorm { get; } = Norm(file, layer, "attn_norm", width);

    public QuantizedMatrix Query { get; } = Matrix(file, layer, "attn_q", width, width);

    public QuantizedMatrix Key { get; } = Matrix(file, layer, "attn_k", width, width);

    public QuantizedMatrix Value { get; } = Matrix(file, layer, "attn_v", width, width);

    public QuantizedMatrix Output { get; } = Matrix(file, layer, "attn_output", width, width);

    public float[] FeedForwardNorm { get; } = Norm(file, layer, "ffn_norm", width);

    public QuantizedMatrix Gate { get; } = Matrix(file, layer, "ffn_gate", width, feedForward);

    public QuantizedMatrix Up { get; } = Matrix(file, layer, "ffn_up", width, feedForward);

    public QuantizedMatrix Down { get; } = Matrix(file, layer, "ffn_down", feedForward, width);

    private static float[] Norm(GgufFile file, int layer, string name, int width) =>
        LexiconModel.Floats(file.Tensor($"blk.{layer}.{name}.weight", GgufType.Float32, width));

    private static QuantizedMatrix Matrix(GgufFile file, int layer, string name, int columns, int rows) =>
        new(file.Tensor($"blk.{layer}.{name}.weight", GgufType.Q8, columns, rows));
}
