using Marketplace.Inference;

namespace Marketplace.Tests.Inference;

/// <summary>
/// The model's forward pass written again: every position of every layer from the start, nothing kept. Only the matrix
/// products are the product's own; they have an oracle in <see cref="QuantizedMatrixTests"/>.
/// </summary>
internal static class NaiveForward
{
    public static float[] Logits(LexiconModel model, IReadOnlyList<uint> tokens)
    {
        var states = tokens.Select(token => Embed(model, token)).ToArray();
        foreach (var block in model.Blocks)
        {
            var normed = states.Select(state => Norm(model, state, block.AttentionNorm)).ToArray();
            var queries = normed.Select((row, at) => Rotate(model, Times(block.Query, row), at)).ToArray();
            var keys = normed.Select((row, at) => Rotate(model, Times(block.Key, row), at)).ToArray();
            var values = normed.Select(row => Times(block.Value, row)).ToArray();
            states = states.Select((state, at) => Sum(
                state, Times(block.Output, Attend(model, queries[at], keys[..(at + 1)], values)))).ToArray();
            states = states.Select(state => Sum(
                state, FeedForward(block, Norm(model, state, block.FeedForwardNorm)))).ToArray();
        }

        return Times(model.Embedding, Norm(model, states[^1], model.OutputNorm));
    }

    private static float[] Embed(LexiconModel model, uint token)
    {
        var row = new float[model.Width];
        model.Embedding.Row((int)token, row);
        return row;
    }

    private static float[] Norm(LexiconModel model, float[] row, float[] weights)
    {
        var squares = row.Aggregate(0f, (sum, number) => sum + (number * number));
        var factor = 1f / MathF.Sqrt((squares / row.Length) + model.Epsilon);
        return row.Zip(weights, (number, weight) => number * factor * weight).ToArray();
    }

    private static float[] Rotate(LexiconModel model, float[] row, int position)
    {
        var (turned, pairs) = (row.ToArray(), model.Rotation.Pairs);
        for (var pair = 0; pair < row.Length / 2; pair++)
        {
            var sine = model.Rotation.Sine[(position * pairs) + (pair % pairs)];
            var cosine = model.Rotation.Cosine[(position * pairs) + (pair % pairs)];
            turned[2 * pair] = (row[2 * pair] * cosine) - (row[(2 * pair) + 1] * sine);
            turned[(2 * pair) + 1] = (row[2 * pair] * sine) + (row[(2 * pair) + 1] * cosine);
        }

        return turned;
    }

    private static float[] Attend(LexiconModel model, float[] query, float[][] keys, float[][] values)
    {
        var width = model.Width / model.Heads;
        return Enumerable.Range(0, model.Heads).SelectMany(head =>
        {
            var part = (head * width)..((head + 1) * width);
            var scores = keys.Select(key => Dot(query[part], key[part]) * (1f / MathF.Sqrt(width))).ToList();
            var weights = scores.Select(score => (float)ExactMath.Exp(score - scores.Max())).ToList();
            var total = weights.Aggregate(0f, (sum, weight) => sum + weight);
            return Enumerable.Range(head * width, width).Select(index => weights.Select((weight, past) =>
                weight / total * values[past][index]).Aggregate(0f, (sum, term) => sum + term));
        }).ToArray();
    }

    private static float[] FeedForward(LexiconBlock block, float[] row)
    {
        var up = Times(block.Up, row);
        var gated = Times(block.Gate, row).Select((gate, at) => gate / (1f + (float)ExactMath.Exp(-gate)) * up[at]);
        return Times(block.Down, gated.ToArray());
    }

    private static float Dot(float[] left, float[] right) =>
        left.Zip(right, (a, b) => a * b).Aggregate(0f, (sum, term) => sum + term);

    private static float[] Sum(float[] left, float[] right) => left.Zip(right, (a, b) => a + b).ToArray();

    private static float[] Times(QuantizedMatrix matrix, float[] row)
    {
        var vector = new QuantizedVector(matrix.Columns);
        vector.Set(row);
        var product = new float[matrix.Rows];
        matrix.Multiply(vector, product, 0, matrix.Rows);
        return product;
    }
}
