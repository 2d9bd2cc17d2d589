namespace Marketplace.Inference;

/// <summary>One conversation's forward passes: a token in, logits out, keys and values kept.</summary>
/// <remarks>
/// Threads share out whole rows, and a row is summed by one thread in one order: their number changes no bit.
/// </remarks>
internal sealed class LexiconSession
{
    private readonly LexiconModel model;
    private readonly int threads;
    private readonly float[] state;
    private readonly float[] normed;
    private readonly float[] query;
    private readonly float[] mixed;
    private readonly float[] projected;
    private readonly float[] gate;
    private readonly float[] up;
    private readonly float[] scores;
    private readonly float[][] keys;
    private readonly float[][] values;
    private readonly float[] key;
    private readonly float[] value;
    private readonly QuantizedVector narrow;
    private readonly QuantizedVector wide;

    public LexiconSession(LexiconModel model, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1); // with none no row would be computed, and none missed
        (this.model, this.threads) = (model, threads);
        (state, normed, query) = (new float[model.Width], new float[model.Width], new float[model.Width]);
        (mixed, projected) = (new float[model.Width], new float[model.Width]);
        (key, value) = (new float[model.Width], new float[model.Width]);
        (gate, up) = (new float[model.FeedForward], new float[model.FeedForward]);
        scores = new float[model.ContextTokens];
        keys = Caches();
        values = Caches();
        narrow = new QuantizedVector(model.Width);
        wide = new QuantizedVector(model.FeedForward);
        Logits = new float[model.Vocabulary];
    }

    /// <summary>How many tokens were taken.</summary>
    public int Position { get; private set; }

    /// <summary><c>[vocabulary]</c>, float32, after the last token.</summary>
    public float[] Logits { get; }

    /// <summary>Takes the next token; the caller keeps to the model's context.</summary>
    public void Take(uint token)
    {
        model.Embedding.Row((int)token, state);
        for (var layer = 0; layer < model.Layers; layer++)
        {
            Attend(model.Blocks[layer], layer);
            FeedForward(model.Blocks[layer]);
        }

        Normalize(state, model.OutputNorm, normed);
        narrow.Set(normed);
        Multiply(model.Embedding, narrow, Logits);
        Position++;
    }

    private void Attend(LexiconBlock block, int layer)
    {
        Normalize(state, block.AttentionNorm, normed);
        narrow.Set(normed);
        Multiply(block.Query, narrow, query);
        Multiply(block.Key, narrow, key);
        Multiply(block.Value, narrow, value);
        Rotate(query);
        Rotate(key);
        key.CopyTo(keys[layer], Position * model.Width);
        value.CopyTo(values[layer], Position * model.Width);
        var headWidth = model.Width / model.Heads;
        for (var head = 0; head < model.Heads; head++)
        {
            Mix(head * headWidth, headWidth, keys[layer], values[layer]);
        }

        narrow.Set(mixed);
        Multiply(block.Output, narrow, projected);
        Add(projected);
    }

    private void Mix(int offset, int headWidth, float[] pastKeys, float[] pastValues)
    {
        var scale = 1f / MathF.Sqrt(headWidth);
        var largest = float.NegativeInfinity;
        for (var past = 0; past <= Position; past++)
        {
            var score = 0f;
            for (var index = 0; index < headWidth; index++)
            {
                score += query[offset + index] * pastKeys[(past * model.Width) + offset + index];
            }

            scores[past] = score * scale;
            largest = MathF.Max(largest, scores[past]);
        }

        var sum = 0f;
        for (var past = 0; past <= Position; past++)
        {
            scores[past] = (float)ExactMath.Exp(scores[past] - largest);
            sum += scores[past];
        }

        for (var index = 0; index < headWidth; index++)
        {
            var total = 0f;
            for (var past = 0; past <= Position; past++)
            {
                total += scores[past] / sum * pastValues[(past * model.Width) + offset + index];
            }

            mixed[offset + index] = total;
        }
    }

    private void FeedForward(LexiconBlock block)
    {
        Normalize(state, block.FeedForwardNorm, normed);
        narrow.Set(normed);
        Multiply(block.Gate, narrow, gate);
        Multiply(block.Up, narrow, up);
        for (var index = 0; index < gate.Length; index++)
        {
            gate[index] = gate[index] / (1f + (float)ExactMath.Exp(-gate[index])) * up[index];
        }

        wide.Set(gate);
        Multiply(block.Down, wide, projected);
        Add(projected);
    }

    private void Add(float[] change)
    {
        for (var index = 0; index < state.Length; index++)
        {
            state[index] += change[index];
        }
    }

    private void Normalize(float[] source, float[] weights, float[] into)
    {
        var squares = 0f;
        foreach (var number in source)
        {
            squares += number * number;
        }

        var factor = 1f / MathF.Sqrt((squares / source.Length) + model.Epsilon);
        for (var index = 0; index < source.Length; index++)
        {
            into[index] = source[index] * factor * weights[index];
        }
    }

    private void Rotate(float[] vector)
    {
        var table = model.Rotation;
        for (var index = 0; index < vector.Length; index += 2)
        {
            var at = (Position * table.Pairs) + (index / 2 % table.Pairs);
            var (first, second) = (vector[index], vector[index + 1]);
            vector[index] = (first * table.Cosine[at]) - (second * table.Sine[at]);
            vector[index + 1] = (first * table.Sine[at]) + (second * table.Cosine[at]);
        }
    }

    private void Multiply(QuantizedMatrix matrix, QuantizedVector vector, float[] result)
    {
        if (threads == 1)
        {
            matrix.Multiply(vector, result, 0, matrix.Rows);
            return;
        }

        MultiplyInParts(matrix, vector, result);
    }

    // Apart, because what the lambda captures is allocated where its method begins: for each product, even with one
    // thread.
    private void MultiplyInParts(QuantizedMatrix matrix, QuantizedVector vector, float[] result) =>
        Parallel.For(0, threads, part =>
            matrix.Multiply(vector, result, part * matrix.Rows / threads, (part + 1) * matrix.Rows / threads));

    private float[][] Caches() =>
        Enumerable.Range(0, model.Layers).Select(_ => new float[model.ContextTokens * model.Width]).ToArray();
}
