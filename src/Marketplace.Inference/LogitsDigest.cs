using System.Buffers.Binary;
using Marketplace.Kernel;

namespace Marketplace.Inference;

/// <summary>
/// One hash over every logit of a fixed set of runs of the embedded model. A machine on which it is another one does
/// not belong to the class <see cref="DemoLexiconEngine.DeterminismClass"/>: its results would lose every comparison.
/// </summary>
public static class LogitsDigest
{
    private const int TokensPerRun = 16;
    private const int SampledTemperatureMilli = 1_200;
    private const int SampledTopPMilli = 950;

    private static readonly string[] Questions =
        ["what is escrow", "define person", "synonym of big", "Wie heißt du? 🤖 __init__", "how are results verified"];

    /// <summary>What every machine must get. Arithmetic that changes it is another class, with another name.</summary>
    public static Hash32 Expected { get; } =
        Hash32.Parse("0xd06d411be3d41e88a137206390b6db8a0947470dbee6a3ec3b3d5ce4d6325ea3");

    /// <param name="threads">Changes nothing but the time.</param>
    public static Hash32 Compute(int threads)
    {
        var chain = default(Hash32);
        for (var index = 0; index < Questions.Length; index++)
        {
            chain = Run(Questions[index], new Sampler(0, 1_000, 0), threads, chain);
            chain = Run(
                Questions[index], new Sampler(SampledTemperatureMilli, SampledTopPMilli, (ulong)index), threads, chain);
        }

        return chain;
    }

    private static Hash32 Run(string question, Sampler sampler, int threads, Hash32 chain)
    {
        var model = LexiconModel.Embedded;
        var session = new LexiconSession(model, threads);
        foreach (var token in model.Tokenizer.EncodePrompt([new ChatMessage("user", question)]))
        {
            session.Take(token);
            chain = Extend(chain, token, session.Logits);
        }

        for (var count = 0; count < TokensPerRun; count++)
        {
            // On past the end token too: what comes there is as good a test of the arithmetic.
            var token = sampler.Next(session.Logits);
            session.Take(token);
            chain = Extend(chain, token, session.Logits);
        }

        return chain;
    }

    private static Hash32 Extend(Hash32 chain, uint token, float[] logits)
    {
        var bytes = new byte[Hash32.Length + sizeof(uint) + (logits.Length * sizeof(float))];
        chain.WriteTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(Hash32.Length), token);
        for (var index = 0; index < logits.Length; index++)
        {
            var at = Hash32.Length + sizeof(uint) + (index * sizeof(float));
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), logits[index]);
        }

        return Keccak256.Hash(bytes);
    }
}
