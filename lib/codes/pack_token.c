#include "lib/codes/pack_token.h"

struct text_slice pack_token_text(const struct pack_model *model, unsigned token)
{
	return (struct text_slice){ &model->text[model->tokens[token].at],
		                    model->tokens[token].length };
}

bool pack_same_text(struct text_slice a, struct text_slice b)
{
	if (a.length != b.length)
		return false;
	for (size_t i = 0; i < a.length; i++)
		if (a.text[i] != b.text[i])
			return false;
	return true;
}

unsigned pack_token_count(const struct pack_model *model, unsigned column)
{
	unsigned count = 0;

	for (unsigned i = 0; i < model->token_count; i++)
		count += model->tokens[i].column == column;
	return count;
}

unsigned pack_token_find(const struct pack_model *model, unsigned column,
                         struct text_slice field)
{
	for (unsigned i = 0; i < model->token_count; i++)
		if (model->tokens[i].column == column &&
		    pack_same_text(pack_token_text(model, i), field))
			return i;
	return PACK_NONE;
}

unsigned pack_token_add(struct pack_model *model, unsigned column,
                        struct text_slice field)
{
	const unsigned token = model->token_count;

	if (token == PACK_TOKENS || field.length > PACK_TEXT - model->text_length)
		return PACK_NONE;
	model->tokens[token] = (struct pack_token){
		.at = model->text_length,
		.length = (uint16_t)field.length,
		.column = (uint16_t)column,
		.next = (uint16_t)token,
	};
	for (size_t i = 0; i < field.length; i++)
		model->text[model->text_length++] = field.text[i];
	model->token_count++;
	return token;
}
