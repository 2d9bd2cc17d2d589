using Marketplace.Kernel;

namespace Marketplace.Inference;

/// <summary>
/// The embedded demo model. Its results are the same bits on every machine. It knows one turn: the last user message is
/// its question, and it has no use for a system prompt.
/// </summary>
/// <param name="threads">At least 1. It changes no result; 1 is best for a model this small.</param>
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

        // Off the caller's thread: it may be the one that reads a connection, and this computes for tens of
        // milliseconds.
        return await Task.Run(() => AnswerAsync(request, onText, ct), ct);
    }

    private async Task<Result<InferenceResult, InferenceRejection>> AnswerAsync(
        InferenceRequest request, Func<string, ValueTask> onText, CancellationToken ct)
    {
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

        return request.MaxTokens < 1 || request.TemperatureMilli < 0 || request.TopPMilli is < 0 or > 1_000
            || !request.Messages.Any(message => message.Role == "user")
            ? InferenceRejection.InvalidRequest
            : null;
    }

    private async Task<InferenceResult> GenerateAsync(
        InferenceRequest request, LexiconSession session, int promptTokens, Func<string, ValueTask> onText,
        CancellationToken ct)
    {
        var limit = Math.Min(request.MaxTokens, model.ContextTokens - promptTokens);
        var sampler = new Sampler(request.TemperatureMilli, request.TopPMilli, request.Seed);
        var text = new StreamedText(request.Stop);
        var ids = new List<uint>();
        var token = sampler.Next(session.Logits);
        while (token != LexiconTokenizer.End)
        {
            ct.ThrowIfCancellationRequested();
            ids.Add(token);
            await SendAsync(text.Add(model.Tokenizer.BytesOf(token)), onText);
            if (text.IsStopped || ids.Count == limit)
            {
                break;
            }

            session.Take(token);
            token = sampler.Next(session.Logits);
        }

        await SendAsync(text.End(), onText);
        var finish = text.IsStopped || token == LexiconTokenizer.End ? FinishReason.Stop : FinishReason.Length;
        return new InferenceResult(text.All, ids, finish, (uint)promptTokens, (uint)ids.Count);
    }

    private static ValueTask SendAsync(string piece, Func<string, ValueTask> onText) =>
        piece.Length == 0 ? ValueTask.CompletedTask : onText(piece);
}
