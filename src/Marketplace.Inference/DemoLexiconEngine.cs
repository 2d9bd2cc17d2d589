using System.Text;
using Marketplace.Kernel;

namespace Marketplace.Inference;

/// <summary>
/// The embedded demo model. Its results are the same bits on every machine. It knows one turn: the last user message is
/// its question, and it has no use for a system prompt.
/// </summary>
/// <param name="threads">Changes no result; 1 is best for a model this small.</param>
public sealed class DemoLexiconEngine(LexiconModel model, int threads) : IInferenceEngine
{
    public const string ModelName = "demo-lexicon";
    public const string DeterminismClass = "lex-int8-1";

    public Task<IReadOnlyList<EngineModel>> ListModelsAsync(CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<EngineModel>>(
            [new EngineModel(ModelName, DeterminismClass, model.ContextTokens)]);

    public async Task<Result<InferenceResult, InferenceRejection>> RunAsync(
        InferenceRequest request, Func<string, ValueTask> onText, CancellationToken ct)
    {
        if (RejectionOf(request) is { } rejection)
        {
            return rejection;
        }

        var prompt = model.Tokenizer.EncodePrompt(request.Messages);
        if (prompt.Count >= model.ContextTokens)
        {
            return InferenceRejection.PromptTooLong;
        }

        var session = new LexiconSession(model, threads);
        foreach (var token in prompt)
        {
            session.Take(token);
        }

        return await GenerateAsync(request, session, prompt.Count, onText, ct);
    }

    private static InferenceRejection? RejectionOf(InferenceRequest request)
    {
        if (request.Model != ModelName)
        {
            return InferenceRejection.UnknownModel;
        }

        return request.MaxTokens < 1 || !request.Messages.Any(message => message.Role == "user")
            ? InferenceRejection.InvalidRequest
            : null;
    }

    private async Task<InferenceResult> GenerateAsync(
        InferenceRequest request,
        LexiconSession session,
        int promptTokens,
        Func<string, ValueTask> onText,
        CancellationToken ct)
    {
        var limit = Math.Min(request.MaxTokens, model.ContextTokens - promptTokens);
        var sampler = new Sampler(request.TemperatureMilli, request.TopPMilli, request.Seed);
        var text = new StreamedText(request.Stop);
        var ids = new List<uint>();
        var finish = FinishReason.Length;
        while (ids.Count < limit)
        {
            ct.ThrowIfCancellationRequested();
            var token = sampler.Next(session.Logits);
            if (token == LexiconTokenizer.End)
            {
                finish = FinishReason.Stop;
                break;
            }

            ids.Add(token);
            await SendAsync(text.Add(model.Tokenizer.BytesOf(token)), onText);
            if (text.IsStopped)
            {
                finish = FinishReason.Stop;
                break;
            }

            if (ids.Count < limit)
            {
                session.Take(token);
            }
        }

        await SendAsync(text.End(), onText);
        return new InferenceResult(text.All, ids, finish, (uint)promptTokens, (uint)ids.Count);
    }

    private static ValueTask SendAsync(string piece, Func<string, ValueTask> onText) =>
        piece.Length == 0 ? ValueTask.CompletedTask : onText(piece);

    /// <summary>Turns bytes into text piece by piece, and ends it before a stop sequence.</summary>
    private sealed class StreamedText(IReadOnlyList<string> stops)
    {
        private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
        private readonly StringBuilder all = new();
        private readonly int keepBack = stops.Select(stop => stop.Length).Append(1).Max() - 1;
        private int sent;

        public bool IsStopped { get; private set; }

        public string All => all.ToString();

        public string Add(ReadOnlySpan<byte> bytes) => Append(bytes, flush: false, keepBack);

        public string End() => IsStopped ? Release(0) : Append([], flush: true, 0);

        private string Append(ReadOnlySpan<byte> bytes, bool flush, int keep)
        {
            Span<char> characters = stackalloc char[bytes.Length + 4];
            var count = decoder.GetChars(bytes, characters, flush);
            all.Append(characters[..count]);
            CutAtStop();
            return Release(IsStopped ? 0 : keep);
        }

        private void CutAtStop()
        {
            var text = all.ToString();
            var at = stops.Where(stop => stop.Length > 0).Select(stop => text.IndexOf(stop, StringComparison.Ordinal))
                .Where(index => index >= 0).DefaultIfEmpty(-1).Min();
            if (at >= 0)
            {
                all.Length = at;
                IsStopped = true;
            }
        }

        private string Release(int keep)
        {
            var until = Math.Max(sent, all.Length - keep);
            var piece = all.ToString(sent, until - sent);
            sent = until;
            return piece;
        }
    }
}
