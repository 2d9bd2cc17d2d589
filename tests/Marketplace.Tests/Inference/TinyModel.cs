namespace Marketplace.Tests.Inference;

/// <summary>The smallest file that loads as a model: one layer, one head, a token for each byte.</summary>
internal static class TinyModel
{
    private const int Width = 32;
    private const int Specials = 4;
    private const int Vocabulary = Specials + 256 + 1;

    /// <summary>Where metadata and headers end, or just before; behind come weights, which may be anything.</summary>
    public static int HeadBytes => Bytes().Length - WeightBytes - Width;

    private static int WeightBytes => Q8(Vocabulary).Length + (7 * Q8(Width).Length) + (3 * Norm().Length);

    public static byte[] Bytes() => Blocks(Shape()).Build();

    private static GgufBytes Shape() => new GgufBytes()
        .With("general.architecture", "llama")
        .With("llama.block_count", 1u)
        .With("llama.embedding_length", (uint)Width)
        .With("llama.attention.head_count", 1u)
        .With("llama.context_length", 8u)
        .With("llama.feed_forward_length", (uint)Width)
        .With("llama.attention.layer_norm_rms_epsilon", 1e-5f)
        .With("llama.rope.freq_base", 10_000f)
        .With("tokenizer.ggml.tokens", Tokens())
        .With("tokenizer.ggml.merges", ["h i"]);

    private static GgufBytes Blocks(GgufBytes shape)
    {
        shape.WithTensor("token_embd.weight", 8, [Width, Vocabulary], Q8(Vocabulary))
            .WithTensor("output_norm.weight", 0, [Width], Norm())
            .WithTensor("blk.0.attn_norm.weight", 0, [Width], Norm())
            .WithTensor("blk.0.ffn_norm.weight", 0, [Width], Norm());
        foreach (var name in (string[])["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"])
        {
            shape.WithTensor($"blk.0.{name}.weight", 8, [Width, Width], Q8(Width));
        }

        return shape;
    }

    private static byte[] Q8(int rows) => new byte[rows * 34];

    private static byte[] Norm() => new byte[Width * sizeof(float)];

    /// <summary>GPT-2's stand-ins for the 256 bytes, and one merged token.</summary>
    private static List<string> Tokens()
    {
        var printable = Enumerable.Range('!', '~' - '!' + 1)
            .Concat(Enumerable.Range(0xA1, 12)).Concat(Enumerable.Range(0xAE, 82));
        var others = Enumerable.Range(256, 256 - printable.Count());
        return ["<|end|>", "<|user|>", "<|assistant|>", "<|system|>",
            .. printable.Concat(others).Select(value => ((char)value).ToString()), "hi"];
    }
}
