{#-
    What a fit depends on, as text: a model goes on being used while it stays. Those are the settings
    that ml_kmeans_parameters is fitted with, who the customers are, and which features are scaled as
    square roots; and, where it takes a number of clusters, its rule.
-#}
{% macro model_settings() -%}
    {%- set found = [] -%}
    {#- Neither parsing nor a unit test knows the other models. -#}
    {%- if execute and graph.nodes -%}
        {%- set model = graph.nodes['model.customer_segments.ml_kmeans_parameters'] -%}
        {%- set settings = dict(model.config.meta.settings.fit) -%}
        {%- if 'auto' in settings.values() -%}
            {%- do settings.update(model.config.meta.settings.cluster_counts) -%}
        {%- endif -%}
        {%- set is_days = [] -%}
        {%- for name in clustered_features() if feature_unit(name) == 'days' -%}
            {%- do is_days.append(name) -%}
        {%- endfor -%}
        {%- do settings.update({
            'customer_scope': var('customer_scope'),
            'home_country': var('home_country'),
            'square_root_features': is_days,
        }) -%}
        {%- for name, value in settings | dictsort if value is not mapping -%}
            {%- do found.append(
                name ~ '=' ~ (value if value is string or value is not iterable else value | join(' '))
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ quoted(found | join(', ')) }}
{%- endmacro %}
